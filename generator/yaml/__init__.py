"""Read, edit and write YAML bytes without touching what was not changed."""
