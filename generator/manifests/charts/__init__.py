"""Render Helm charts as Argo CD would: the chart of an overlay, by its digest in ``gitops/chart.lock``.

A chart is fetched once, into a cache outside of every checkout, under its digest. Rendering needs no network, and is
done twice: a value that differs between two renderings would be out of sync for ever.
"""
