"""The published programs, run as their readers run them: as programs of their own."""
