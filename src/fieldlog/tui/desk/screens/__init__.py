"""The organisation's screens, one file each."""
