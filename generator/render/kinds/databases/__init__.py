"""The kinds for a database of CloudNativePG, one module each; each database of an app has its own objects."""
