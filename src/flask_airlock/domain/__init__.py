"""The rules: plain data and pure functions that take `now`; no Flask, no database, no clock."""
