"""Closed lists with stable codes, their English labels, and the article columns for lawyers."""
