"""The release board: an app is promoted on its page, in a browser.

The board that acts is a process of this machine, of the same code as the one that was delivered. That one cannot act
here: it takes sign-ins and sends credentials by https alone, and neither an issuer nor the forge has a certificate that
pods would believe. It shows the outcome, in a tab of the same browser.
"""

from __future__ import annotations

import os
import re
import shutil
import time

from generator.process import Setting, spawn
from tests.e2e.forge import Checkout
from tests.e2e.process import Failed, alive, stop, wait
from tests.e2e.steps.promotion import fetch_pull
from tests.e2e.steps.step import check
from tests.e2e.world import APP, PLAIN, REPOSITORY, SOURCE, World, name_of, namespace_of

PYTHON = SOURCE / ".venv-webapp" / "bin" / "python"


def promote_on_the_board(world: World) -> str:
    """Promote an app from dev to staging on the board; the request is merged, Argo CD rolls it out, the pages show it."""
    checkout: Checkout = world.values["checkout"]
    tag, digest = world.values["second"]
    checkout.update()
    commit = checkout.release(PLAIN, "dev", tag, digest)
    started = time.monotonic()
    log = world.folder / "logs" / "board.log"
    pid = spawn(
        [PYTHON, SOURCE / "webapp/tests/board_person.py", PLAIN, "staging", tag, delivered(world)],
        Setting(SOURCE, environment(world)),
        log=log,
    )
    try:
        # While the browser starts.
        world.wait_for_application(name_of("dev", PLAIN), revision=commit)
        said = wait("the request is open", lambda: line(world, pid, r"^opened (\S+)$"))[1]
        number = int(said.rpartition("/")[2])
        pull = fetch_pull(world, str(number))
        check(pull["html_url"] == said, f"the page says {said}, the forge {pull['html_url']}")
        check(f"Promote {PLAIN} {tag} from dev to staging" in pull["title"], f"the request is {pull['title']!r}")
        world.cluster.gitea.merge_pull(REPOSITORY, number)
        checkout.update()
        world.wait_for_application(name_of("staging", PLAIN), revision=checkout.head)
        world.wait_for_digest("staging", digest, app=PLAIN)
        wait("the pages show it", lambda: line(world, pid, r"^shown$"))
    finally:
        stop(pid)
    return f"{time.monotonic() - started:.0f} s from the browser's start to the pages that show {tag}"


def delivered(world: World) -> str:
    """Return where the board that was delivered is."""
    return world.kube.service_url(namespace_of("dev"), APP)


def environment(world: World) -> dict[str, str]:
    """Return the board's variables: the repository, the credentials of the forge, and Argo CD."""
    chromium = shutil.which("chromium")
    if chromium is None:
        raise Failed("chromium is not on PATH")
    places = os.pathsep.join([str(SOURCE), str(SOURCE / "webapp")])
    return {
        **world.git_environment,
        **world.argocd_environment,
        "GITEA_TOKEN": world.cluster.gitea_token,
        "BOARD_REPOSITORY": world.url,
        "PYTHONPATH": places,
        "CHROMIUM": chromium,
    }


def line(world: World, pid: int, pattern: str) -> re.Match[str] | None:
    """Return what the person has said, once they have. Fails if they are gone before."""
    is_alive = alive(pid)
    said = (world.folder / "logs" / "board.log").read_text()
    found = re.search(pattern, said, re.MULTILINE)
    if found is None and not is_alive:
        raise Failed(f"the browser's run has ended: {said[-2000:]}")
    return found
