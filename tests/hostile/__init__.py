"""Requests that no browser would send."""
