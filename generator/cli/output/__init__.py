"""How results are shown, one module for each command that has more to show than a few lines."""
