"""Watches: their language, how they are compiled, and the book that finds those an article matches."""
