"""The glue between Flask and the flows, seen from outside."""
