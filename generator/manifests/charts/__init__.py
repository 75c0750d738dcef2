"""Render Helm charts as Argo CD would: the chart of an overlay, by its digest in ``gitops/chart.lock``.

A chart is fetched once, into a cache outside of every checkout that its digest names. Rendering needs no network, and
is done twice: what differs from one time to the next would be out of sync for ever.
"""
