"""The fixtures of all tests come from the kit."""

pytest_plugins = ["testing.scratch", "testing.fixtures", "testing.depth", "testing.quick"]
