"""Applications that are measured beside one another; each does what the next one replaces."""
