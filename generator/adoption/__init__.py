"""Bring a user's own manifests in as an app: read them, arrange them as ours lie, prove that nothing else changes."""
