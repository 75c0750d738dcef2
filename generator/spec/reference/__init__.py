"""Describe the language for editors, `explain` and the documentation. Imported late: no spec needs it to be read."""
