"""Promotion: what runs in one environment goes to the next, as a pull request that shows what it means.

``image_changes`` and ``base_changes`` find what goes (``moves``), ``checks``
whether now is the time, ``commits`` what the images differ in; ``description``
tells all of it to reviewers, ``proposing`` makes one ``proposal`` of it,
``request`` brings that to the remote and its forge, and ``run`` carries all of
it out.
"""
