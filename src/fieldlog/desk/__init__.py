"""The organisation's use cases: keys and cards, opening and extracting what reporters sealed."""
