"""Deliver a built image to its environments: set its tag in overlays, and commit it."""
