"""The content of the board's pages: rows of apps, cells of environments, and their order."""
