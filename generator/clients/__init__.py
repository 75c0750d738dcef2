"""Clients of the services that the generator talks to: Argo CD, the forges and AWS."""
