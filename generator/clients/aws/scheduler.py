"""EventBridge Scheduler: schedules, through boto3, which comes with the extra ``aws``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from generator.clients.aws import session

TIMEOUT_SECONDS: Final = 20
Data = Mapping[str, Any]
_ABSENT: Final = "ResourceNotFoundException"


class Scheduler:
    """Scheduler in a region."""

    def __init__(self, region: str) -> None:
        self._api = session.client("scheduler", region, TIMEOUT_SECONDS)

    def schedule(self, group: str, name: str) -> Data | None:
        """Return a schedule; ``None`` where it, or its group, is not there."""
        try:
            with session.translated():
                answer: Data = self._api.get_schedule(GroupName=group, Name=name)
        except session.Refused as exc:
            if exc.code == _ABSENT:
                return None
            raise
        return answer

    def update(self, schedule: Data) -> None:
        """Update a schedule with all fields of UpdateSchedule: AWS removes the fields that are left out."""
        with session.translated():
            self._api.update_schedule(**schedule)
