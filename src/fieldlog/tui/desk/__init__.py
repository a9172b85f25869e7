"""The organisation's screens: so far, reading one bundle."""
