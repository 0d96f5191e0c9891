"""Flask glue that the doors share."""
