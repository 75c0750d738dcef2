"""Clients of the services that the generator talks to: Argo CD, the forges and AWS."""

from typing import Final

# What it raises to read something else, as a proxy's page, as a service's answer.
MISREAD: Final = (LookupError, TypeError, AttributeError, ValueError, RecursionError, AssertionError)
