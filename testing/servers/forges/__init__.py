"""Forges on this machine whose every request is checked against the published description of their API."""
