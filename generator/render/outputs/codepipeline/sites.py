"""The scripts that test, build and publish static front ends, for CodeBuild and for GitHub Actions alike.

They expect bash and the variables ``SITES`` and ``ENVIRONMENT``. Built files are in ``.sites``, in a folder for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.outputs.codepipeline.stages import APPS, BUILT, SITES, built_sites
from generator.render.outputs.pipeline_steps import GENERATOR
from generator.spec import stages as told
from generator.spec.sites import AMPLIFY, CLOUDFRONT

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.sites import Site

# The folder with the files of a build.
BUILT_FILES: Final = ".sites"
# The folder for the files of the former release.
FORMER_FILES: Final = ".sites-former"
# A word for "none", because output variables must not be empty. No app and no site can have this name.
NONE: Final = "-"
CHANGED: Final = (
    f'{SITES}=$({GENERATOR} changed --sites) && export {SITES} && echo "sites to build: ${{{SITES}:-none}}"'
)
# An artifact must not be empty, either. No site can have the name of this file.
_LIST: Final = "sites.txt"
COLLECTED: Final = f"mkdir -p {BUILT_FILES} && printf '%s\\n' \"${SITES}\" > {BUILT_FILES}/{_LIST}"
KEPT: Final = f"mkdir -p {FORMER_FILES} && printf '%s\\n' \"${SITES}\" > {FORMER_FILES}/{_LIST}"
COUNTED: Final = f"""\
{BUILT}=$(printf %s "${APPS} ${SITES}" | wc -w) && export {BUILT}
export {APPS}="${{{APPS}:-{NONE}}}" {SITES}="${{{SITES}:-{NONE}}}"
"""
# The build's word for "none" becomes an empty text.
READ: Final = f'if [ "${{{APPS}:-}}" = {NONE} ]; then export {APPS}=; fi\n'


def tested(spec: Spec) -> Iterator[tuple[Site, list[str]]]:
    """Yield each site with the commands that test it."""
    for site in built_sites(spec):
        if site.test:
            yield site, [f"cd {site.source}", *site.test]


def built(spec: Spec) -> Iterator[tuple[Site, list[str]]]:
    """Yield each site with the commands that build it and copy its files to its folder."""
    for site in built_sites(spec):
        lines = "".join(f"{line.rstrip()}\n" for line in (f"cd {site.source}", *site.commands))
        made = [f"( set -e\n{lines})"] if site.commands else []
        yield site, [*made, f"mkdir -p {BUILT_FILES} && cp -R {site.folder} {BUILT_FILES}/{site.name}"]


def published(spec: Spec, folder: str) -> str:
    """Return the commands that publish what was built to an environment; ``folder`` has the files.

    Where the environment is tested after that, the files of the former release are kept, to be put back.
    """
    command = f'$AS {GENERATOR} publish "$site" --env "$ENVIRONMENT" --from "{folder}/$site"'
    kept = f'{command} --keep "{FORMER_FILES}/$site"'
    tested, others = _places(spec, tested=True), _places(spec, tested=False)
    arms = [(tested, kept), (others, command)]
    return _each_site([(places, f"{line} || exit 1") for places, line in arms if places])


def keeps(spec: Spec) -> bool:
    """Tell whether files of former releases are kept: where an environment with sites is tested."""
    return bool(_places(spec, tested=True))


def restored(spec: Spec, folder: str) -> str:
    """Return the commands that publish the former files again in an environment that did not pass its tests.

    ``folder`` has them. Each site is tried; what cannot be restored is named.
    """
    back = f"""\
if [ -d "{folder}/$site" ]; then
      $AS {GENERATOR} publish "$site" --env "$ENVIRONMENT" --from "{folder}/$site" ||
        echo "error: $site: the files of the former release are not restored in $ENVIRONMENT" >&2
    else
      echo "error: $site has no former release in $ENVIRONMENT: the files that were published stay" >&2
    fi"""
    amplify = (
        'echo "error: $site: Amplify returns no former files, so what was published to $ENVIRONMENT stays" >&2'
        '\n    echo "hint: publish the former release again: python -m generator publish $site --env $ENVIRONMENT" >&2'
    )
    both = [(CLOUDFRONT, back), (AMPLIFY, amplify)]
    return _each_site([(places, line) for kind, line in both if (places := _places(spec, tested=True, kind=kind))])


def _places(spec: Spec, *, tested: bool, kind: str = "") -> list[str]:
    """Return ENVIRONMENT/SITE of environments with tests, or of those without."""
    asked = told.build(spec.data)
    verify = asked.verify if asked else {}
    return [
        f"{name}/{site.name}"
        for site in built_sites(spec)
        for name in site.places
        if (name in verify) == tested and kind in ("", site.kind)
    ]


def _each_site(arms: list[tuple[list[str], str]]) -> str:
    cases = "\n".join(f"  {'|'.join(places)})\n    {line}\n    ;;" for places, line in arms)
    return f'for site in ${SITES}; do\n  case "$ENVIRONMENT/$site" in\n{cases}\n  esac\ndone\n'
