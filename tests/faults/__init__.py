"""What breaks, step by step: the table, and tests that really break it."""
