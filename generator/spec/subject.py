"""The form of the first line of the generator's commits, for servers or teams with a rule for it.

A form contains the subject: ``{Subject}`` stands for the subject itself (``Release web 1.4.2 to dev``), ``{subject}``
for the subject without the capital letter, as after ``chore: ``.
"""

from __future__ import annotations

import re
from typing import Final

AS_IT_IS: Final = "{Subject}"
# One line, one placeholder, no control characters, and no space at its ends.
_CHARACTER: Final = r"[^{}\x00-\x1f\x7f-\x9f\u2028\u2029]"
_LETTER: Final = r"[^{}\s\x00-\x1f\x7f-\x9f]"
PATTERN: Final = rf"(?:{_LETTER}{_CHARACTER}*)?\{{[sS]ubject\}}(?:{_CHARACTER}*{_LETTER})?"
LONGEST: Final = 200
HINT: Final = 'one line with {subject} or {Subject} in it, once: "chore(release): {subject}"'


def is_form(text: str) -> bool:
    """Tell whether a text is a valid form."""
    return len(text) <= LONGEST and re.fullmatch(PATTERN, text) is not None


def formed(form: str, subject: str) -> str:
    """Return the first line for a subject in this form."""
    small = subject[:1].lower() + subject[1:]
    return form.replace("{Subject}", subject).replace("{subject}", small)
