"""Many at once: what may happen only once, happens once."""
