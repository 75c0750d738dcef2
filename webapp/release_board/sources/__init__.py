"""Where the board gets what it shows: a mirror of the GitOps repository, the forge, Argo CD."""
