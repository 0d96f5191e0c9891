"""What is measured, in groups: each module has `measure(rounds)`, which returns a Group."""
