"""Promotion: bring images and bases from one environment to the next, by a pull request that shows the effect.

``image_changes`` and ``base_changes`` find the changes (``moves``), ``checks`` decide whether they may land now, and
``commits`` lists the commits between images. ``description`` writes the text for reviewers, ``proposing`` combines
all in a ``proposal``, ``request`` brings it to the remote and its forge, and ``run`` runs all steps.
"""
