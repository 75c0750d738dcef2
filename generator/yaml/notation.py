"""What YAML's notation is made of: the ends of lines, and the tags of values."""

from __future__ import annotations

import re
from typing import Final

CORE: Final = "tag:yaml.org,2002:"
TEXT: Final = f"{CORE}str"
# YAML 1.1's line ends, which kustomize's reader also uses.
BREAKS: Final = r"\r\n\x85\u2028\u2029"
LINE_END: Final = re.compile(rf"\r\n|[{BREAKS}]")
