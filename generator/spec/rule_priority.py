"""Choose the priorities of a load balancer's rules: by what each answers to, and never by how many others there are.

AWS asks rules in the order of their priorities, so that a rule for deeper paths has to come before one for fewer, and a
host before a pattern of hosts. Within such a band the place follows from the names of app and workload alone. Where two
names fall on one place, the later of them in the spec takes the next one that is free.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from generator.spec import ecs
from generator.spec.traffic import Host

# AWS takes 1 to 50,000.
_SIZE: Final = 5_000
_DEEPEST: Final = 4


class Rule(NamedTuple):
    """What one rule is for: the names that it belongs to, and the hosts that it answers to."""

    app: str
    workload: str
    hosts: Sequence[Host]


def priorities(rules: Iterable[Rule]) -> Iterator[int]:
    """Yield the priority of each rule, in their order."""
    taken: set[int] = set()
    for rule in rules:
        start = _band(rule.hosts) * _SIZE
        place = int.from_bytes(hashlib.sha256(f"{rule.app}/{rule.workload}".encode()).digest()[:8]) % (_SIZE - 1)
        while start + place + 1 in taken:
            place = (place + 1) % (_SIZE - 1)
        taken.add(start + place + 1)
        yield start + place + 1


def _band(hosts: Sequence[Host]) -> int:
    """Return the band: hosts before patterns of hosts, and in each of these the deepest paths first."""
    depth = max((path.count("/") for path in ecs.patterns(hosts)), default=0)
    pattern = any(host.name.startswith("*") for host in hosts)
    return (_DEEPEST + 1 if pattern else 0) + _DEEPEST - min(depth, _DEEPEST)
