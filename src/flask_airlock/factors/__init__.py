"""The second doors: one file per factor, behind a tiny protocol."""
