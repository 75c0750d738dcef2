"""Choose the priorities of a load balancer's rules, independent of the number of other rules.

AWS evaluates rules in the order of their priorities. So a rule for deeper paths must come before one for shorter
paths, and a host before a pattern of hosts. Each such group has a band of numbers. The number in the band is a hash
of the names of app and workload; if two have the same number, the later one in the spec takes the next free number.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from generator.spec import ecs

if TYPE_CHECKING:
    from generator.spec.traffic import Host

# AWS allows 1 to 50,000.
_SIZE: Final = 5_000
_DEEPEST: Final = 4


class Rule(NamedTuple):
    """A rule: the names of its app and workload, and its hosts."""

    app: str
    workload: str
    hosts: Sequence[Host]


def priorities(rules: Iterable[Rule]) -> Iterator[int]:
    """Yield the priority of each rule, in the order of ``rules``."""
    taken: set[int] = set()
    for rule in rules:
        start = _band(rule.hosts) * _SIZE
        place = int.from_bytes(hashlib.sha256(f"{rule.app}/{rule.workload}".encode()).digest()[:8]) % (_SIZE - 1)
        while start + place + 1 in taken:
            place = (place + 1) % (_SIZE - 1)
        taken.add(start + place + 1)
        yield start + place + 1


def _band(hosts: Sequence[Host]) -> int:
    """Return the number of the band: hosts before patterns of hosts, and in both the deepest paths first."""
    depth = max((path.count("/") for path in ecs.patterns(hosts)), default=0)
    pattern = any(host.name.startswith("*") for host in hosts)
    return (_DEEPEST + 1 if pattern else 0) + _DEEPEST - min(depth, _DEEPEST)
