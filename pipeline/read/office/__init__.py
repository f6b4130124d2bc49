"""Word and Excel files, old and new.

Comes in: their bytes. Goes out: tables with merged cells, and lines; texts as the program shows them.
"""
