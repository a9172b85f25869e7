"""The incident and everything around it, as values. Standard library only; knows nobody above it."""
