"""Servers on this machine: git over HTTP, forges, Argo CD, the API server."""
