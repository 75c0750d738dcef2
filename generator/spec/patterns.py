"""Patterns of names in Kubernetes: of labels, of objects, and of keys; and of quantities."""

from __future__ import annotations

from typing import Final

LABEL: Final = r"[a-z](?:[a-z0-9-]*[a-z0-9])?"
SUBDOMAIN: Final = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*"
# The part of a key after its domain.
KEY_PART: Final = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?"
QUALIFIED: Final = rf"(?:(?=[^/]{{1,253}}/){SUBDOMAIN}/)?{KEY_PART}"
# A host name, as the arguments of its type: what it is, its pattern, its greatest length, and a hint.
HOST_HINT: Final = "like shop.example.com, in lower case, without https:// and without a path"
HOST: Final = ("a host name", rf"(?:\*\.)?{SUBDOMAIN}", 253, HOST_HINT)
LABEL_VALUE: Final = rf"(?:{KEY_PART})?"
QUANTITY: Final = r"[0-9]+(?:\.[0-9]+)?(?:m|k|[MGTPE]|[KMGTPE]i)?"
# The greatest length of a label's value.
LONGEST_VALUE: Final = 63
VALUE_HINT: Final = "letters, digits, -, _ and ., with a letter or digit first and last"
NAME_HINT: Final = "lower-case letters, digits, - and .; a letter or digit first and last"
