"""What must not be found lying about."""
