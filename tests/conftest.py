"""The fixtures of all tests come from the kit."""

# Those first that others import: once imported, a module is no longer rewritten.
pytest_plugins = ["testing.scratch", "testing.depth", "testing.needs", "testing.fixtures", "testing.quick"]
