"""Name the versions of Argo CD, beside the newest, whose kinds are known: each with its module's hash."""

from __future__ import annotations

from typing import Final

# The newest is the one that a local cluster runs (`pins.ARGOCD`). What 3.6 has beside it nobody needs for what is
# written here, and reading its module takes a newer Go than building the tools.
FORMER: Final = {
    "3.1": ("3.1.16", "h1:ufzj0c7CWKoMW03lOV8F6jwIW6YDPPZWI4PTHxz8Qq0="),
    "3.2": ("3.2.12", "h1:XbOyqcoPIjMhiP+y05Zi2U+HfG3b2TNfGJgVuK5Y8g0="),
    "3.3": ("3.3.19", "h1:jVmtyRAQo1zBMxIIx+MtI99q1FA53IMtF+yRc78XvoY="),
    "3.4": ("3.4.13", "h1:kmnF4nE5SQ83OhtdX6DMmLSpH0eRIa1gNYdCLNHqB+A="),
}
