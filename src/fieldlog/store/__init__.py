"""Encrypted storage: the only package that imports ``apsw``.

It takes and returns values of the model and never speaks SQL, files or errors of SQLite to its callers.
"""
