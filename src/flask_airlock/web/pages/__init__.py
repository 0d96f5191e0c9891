"""The HTML door: forms in, pages and redirects out; it translates and never decides."""
