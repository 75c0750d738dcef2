"""The versions of Argo CD: the newest one, and the others with schemas, each with the hash of its Go module."""

from __future__ import annotations

from typing import Final

# That of the local cluster. The generator needs none of the additions of 3.6, and its module needs a newer Go than the
# tools.
NEWEST: Final = "3.5.7"
FORMER: Final = {
    "3.1": ("3.1.16", "h1:ufzj0c7CWKoMW03lOV8F6jwIW6YDPPZWI4PTHxz8Qq0="),
    "3.2": ("3.2.12", "h1:XbOyqcoPIjMhiP+y05Zi2U+HfG3b2TNfGJgVuK5Y8g0="),
    "3.3": ("3.3.19", "h1:jVmtyRAQo1zBMxIIx+MtI99q1FA53IMtF+yRc78XvoY="),
    "3.4": ("3.4.13", "h1:kmnF4nE5SQ83OhtdX6DMmLSpH0eRIa1gNYdCLNHqB+A="),
}
