"""Web pages.

Comes in: HTML or a web archive. Goes out: its tables with merged cells, and the lines around them. Nothing is
loaded.
"""
