"""Messages on their way out: rendered, carried by a transport, kept for development."""
