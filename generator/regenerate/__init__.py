"""Regenerate a repository: render, merge with hand edits, and write all or nothing."""
