"""The form that the first line of our commits has, where a server or a team has a rule for it.

It holds the subject that we would write: ``{Subject}`` as it is (``Release web 1.4.2 to dev``), ``{subject}``
without the capital letter, as after ``chore: ``.
"""

from __future__ import annotations

import re
from typing import Final

AS_IT_IS: Final = "{Subject}"
# One line, one placeholder, nothing that steers a terminal, and no space at its ends.
_CHARACTER: Final = r"[^{}\x00-\x1f\x7f-\x9f\u2028\u2029]"
_LETTER: Final = r"[^{}\s\x00-\x1f\x7f-\x9f]"
PATTERN: Final = rf"(?:{_LETTER}{_CHARACTER}*)?\{{[sS]ubject\}}(?:{_CHARACTER}*{_LETTER})?"
LONGEST: Final = 200
HINT: Final = 'one line with {subject} or {Subject} in it, once: "chore(release): {subject}"'


def is_form(text: str) -> bool:
    """Tell whether a text is such a form."""
    return len(text) <= LONGEST and re.fullmatch(PATTERN, text) is not None


def formed(form: str, subject: str) -> str:
    """Return a subject in this form."""
    small = subject[:1].lower() + subject[1:]
    return form.replace("{Subject}", subject).replace("{subject}", small)
