"""Build, read, check and compare manifests as Argo CD would apply them.

A repository may be hostile: this package never runs its code, follows its links to the outside, or uses the network
for it.
"""
