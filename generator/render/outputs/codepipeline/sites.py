"""The scripts that test, build and publish static front ends, for CodeBuild and for GitHub Actions alike.

They expect bash and the variables ``SITES`` and ``ENVIRONMENT``. Built files are in ``.sites``, in a folder for each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from generator.render.outputs.codepipeline.stages import APPS, BUILT, SITES, built_sites
from generator.render.outputs.pipeline_steps import GENERATOR

if TYPE_CHECKING:
    from generator.spec.model import Spec
    from generator.spec.sites import Site

# The folder with the files of a build.
BUILT_FILES: Final = ".sites"
# A word for "none", because output variables must not be empty. No app and no site can have this name.
NONE: Final = "-"
CHANGED: Final = (
    f'{SITES}=$({GENERATOR} changed --sites) && export {SITES} && echo "sites to build: ${{{SITES}:-none}}"'
)
# An artifact must not be empty, either.
COLLECTED: Final = f"mkdir -p {BUILT_FILES} && printf '%s\\n' \"${SITES}\" > {BUILT_FILES}/built"
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
    """Return the commands that publish the built files in ``folder`` to an environment."""
    places = [f"{name}/{site.name}" for site in built_sites(spec) for name in site.places]
    publish = f'$AS {GENERATOR} publish "$site" --env "$ENVIRONMENT" --from "{folder}/$site" || exit 1'
    case = f'  case "$ENVIRONMENT/$site" in\n  {"|".join(places)}) {publish} ;;\n  esac'
    return f"for site in ${SITES}; do\n{case}\ndone\n"
