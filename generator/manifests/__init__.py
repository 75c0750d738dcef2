"""Manifests as Argo CD would apply them: build, read, judge and compare them.

A repository may be hostile: nothing here runs its code, follows its links out of it, or goes to the network for it.
"""
