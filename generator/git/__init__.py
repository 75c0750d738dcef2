"""Use git: in a checkout, in a bare repository beside a remote, and its history."""
