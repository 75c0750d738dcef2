"""``scan``: fail if ECR's scan of an image has severe findings."""

from __future__ import annotations

import argparse
from typing import Final

from generator.cli import console

HELP: Final = "wait for ECR's scan of an image; exit 1 if it found something of a severity or worse"
EXAMPLE: Final = """\
  python -m generator scan 123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1.4.2
  python -m generator scan …/shop/web:1.4.2 --severity HIGH --ignore CVE-2024-3094

The command needs the extra `aws` (boto3), and credentials where AWS' own tools find them. It waits for the scan
of every platform of the image. It also fails if ECR cannot scan the image."""
_SHOWN: Final = 20
_SEVERITIES: Final = ("CRITICAL", "HIGH", "MEDIUM", "LOW", "INFORMATIONAL")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("image", metavar="IMAGE:TAG", help="an image in ECR")
    parser.add_argument(
        "--severity",
        default="CRITICAL",
        choices=_SEVERITIES,
        metavar="SEVERITY",
        help=f"exit 1 at findings of this severity or worse ({', '.join(_SEVERITIES)}); CRITICAL if left out",
    )
    parser.add_argument("--ignore", action="append", default=[], metavar="NAME", help="accept this finding")


def run(options: argparse.Namespace) -> int:
    """Run the command, and return its exit code."""
    import generator

    request = generator.ScanRequest(options.image, options.severity, options.ignore)
    with console.progress() as progress:
        result = generator.scan(request, progress=progress, credentials=options.credentials)
    found, refused = result.findings, result.refused
    accepted = [one for one in found if one.name in options.ignore]
    for name in sorted(set(options.ignore) - {one.name for one in accepted}):
        console.note(f"note: --ignore {name} matches no finding")
    if options.json:
        listed = [{"severity": one.severity, "name": one.name, "package": one.package} for one in found]
        console.emit({"image": options.image, "findings": listed, "refused": [one.name for one in refused]})
        return int(bool(refused))
    shown = refused or found
    if shown:
        rows = [(one.severity, one.name, one.package) for one in shown[:_SHOWN]]
        console.table(("SEVERITY", "FINDING", "PACKAGE"), rows)
    if len(shown) > _SHOWN:
        console.say(f"… and {len(shown) - _SHOWN} more")
    counts = f"{len(found)} found, {len(refused)} of them {options.severity} or worse"
    console.say(f"{result.repository}: {counts}" + (f", {len(accepted)} accepted" if options.ignore else ""))
    return int(bool(refused))
