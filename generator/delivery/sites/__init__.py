"""Publish the files of static front ends."""
