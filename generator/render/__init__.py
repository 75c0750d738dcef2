"""Render a spec to files. Pure: no input or output."""
