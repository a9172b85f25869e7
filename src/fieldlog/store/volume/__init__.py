"""The two volumes of a vault: twin files of equal size, and a database with its log inside one of them.

Implements docs/formats/vault.md sections 1 and 4.5. Nothing here knows which volume is in use but the
objects that were opened with its key.
"""
