"""Screens about the vault as a whole: backup, keys, check, second vault, bin, its end."""
