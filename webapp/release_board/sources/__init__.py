"""The sources of the board's data: a mirror of the GitOps repository, the forge, Argo CD."""
