"""The reporter's vault as repositories of model values; ``session.VaultStore`` is the one door.

Nobody outside this package knows which files or tables are behind it, so that the two-volume form can
replace them (docs/formats/vault.md section 1).
"""
