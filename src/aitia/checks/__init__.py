"""Checks: whether an article says only what its sources say, and whether its citations resolve."""
