"""What every screen is made of: safe text, safe inputs, lists, key bar, commands and the app base.

Nothing here knows a vault, an incident or a screen.
"""
