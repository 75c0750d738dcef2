"""CloudFront: what it has kept of files that have changed, through boto3, which comes with the extra ``aws``."""

from __future__ import annotations

from typing import Final

from generator.clients.aws import session

TIMEOUT_SECONDS: Final = 20
# CloudFront itself is in no region; its interface is in this one.
_REGION: Final = "us-east-1"


class Distribution:
    """One distribution, by its id."""

    def __init__(self, number: str) -> None:
        self._api = session.client("cloudfront", _REGION, TIMEOUT_SECONDS)
        self._number = number

    def invalidate(self, reference: str) -> str:
        """Let it forget all files, and return the id of that; the same reference does it once."""
        batch = {"Paths": {"Quantity": 1, "Items": ["/*"]}, "CallerReference": reference}
        with session.translated():
            answer = self._api.create_invalidation(DistributionId=self._number, InvalidationBatch=batch)
        return str(answer["Invalidation"]["Id"])

    def is_done(self, invalidation: str) -> bool:
        """Tell whether it has forgotten them everywhere."""
        with session.translated():
            answer = self._api.get_invalidation(DistributionId=self._number, Id=invalidation)
        return str(answer["Invalidation"]["Status"]).lower() == "completed"
