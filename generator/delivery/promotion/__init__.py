"""Promotion: what runs in one environment goes to the next, as a pull request that shows what it means.

``moves`` says what goes, ``checks`` whether now is the time, ``commits`` what
the images differ in, ``body`` tells all of it to reviewers; ``proposal`` puts
these together, ``request`` brings it to the remote and its forge, and ``run``
carries all of it out.
"""
