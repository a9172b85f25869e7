"""Bytes to values and back: formats see primitives and errors, and no paths, clock, SQL or language."""
