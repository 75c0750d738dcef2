"""The kinds of a database that CloudNativePG runs, one module each; an app has one of each for every database."""
