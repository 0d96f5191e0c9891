"""The rules of the house as tests: each one's failure message is the rule."""
