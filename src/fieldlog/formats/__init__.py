"""Bytes to values and back: every format Fieldlog writes or reads.

Formats see ``primitives`` and ``errors`` only: no path, clock, database or language.
Input is hostile until parsed; limits are named where they are checked.
"""
