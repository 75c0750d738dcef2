"""The fixtures of all tests come from the kit."""

pytest_plugins = ["testing.fixtures", "testing.quick"]
