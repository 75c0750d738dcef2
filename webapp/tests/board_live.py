"""What a cluster could say of all that git has, where everything is well."""

from __future__ import annotations

from generator import Running

from release_board.sources.collector import Collector


def healthy(collector: Collector) -> dict[tuple[str, str], Running]:
    """Return each app in each environment as running what git has."""
    running = {}
    for row in collector.repository.status():
        image = f"{row.app}:{row.tag}" + (f"@{row.digest}" if row.digest else "")
        running[row.app, row.environment] = Running("Synced", "Healthy", row.commit or "", (image,))
    return running
