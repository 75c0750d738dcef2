"""What editors, `explain` and the documentation say of the language. Imported late: no spec needs it to be read."""
