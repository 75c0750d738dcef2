"""Program that the tests of Terraform run: Terraform, or what ``scripts/test-opentofu`` says."""

from __future__ import annotations

import os
from typing import Final

ENGINE: Final = os.environ.get("GENERATOR_TEST_ENGINE", "terraform")
