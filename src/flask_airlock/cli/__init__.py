"""The terminal door: the same flows for administrators."""
