"""Find a commit, a build, a tag or a person: where it is now, since when, and when each environment got it first."""

from flask import Blueprint, render_template, request

from release_board.access import limits
from release_board.board import finding
from release_board.board.activity import of_person
from release_board.live.etag import conditional, heard
from release_board.store.database import get_database

blueprint = Blueprint("find", __name__)
LONGEST = 100
PERSON = 10


@blueprint.get("/find")
@limits.limiter.limit(limits.FIND)
@conditional
def find() -> str:
    """Show the results for `q`; `after` is the last app of the previous page."""
    text, after = request.args.get("q", "")[:LONGEST], request.args.get("after", "")[:LONGEST]
    with get_database().session() as session:
        found = finding.find(session, text, after.replace("\0", ""))
        entries = of_person(session, found.person)[:PERSON] if found.person else ()
    return render_template(
        "find.html", found=found, entries=entries, heard=heard(), is_commit=finding.is_commit(found.text)
    )
