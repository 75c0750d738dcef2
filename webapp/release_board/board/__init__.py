"""What the board shows: rows of apps, cells of environments, and in which order."""
