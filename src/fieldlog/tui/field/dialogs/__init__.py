"""Boxes over a screen, typed by what they return. They receive what they need and save nothing."""
