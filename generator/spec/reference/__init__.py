"""Descriptions of the language for editors, `explain` and the documentation. Reading a spec does not import them."""
