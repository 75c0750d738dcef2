"""Bring an image to its environments after it was built: its tag in the overlays, and the commit that puts it there."""
