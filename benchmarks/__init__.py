"""How fast the generator is: beside a bare loop over the same files, and beside its peers.

``python -m benchmarks`` prints every table of ``README.md``; ``--help`` tells how to have less of it.
"""
