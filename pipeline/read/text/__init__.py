"""Plain text and Markdown.

Comes in: the bytes of a text file. Goes out: tables and lines, each stretch of the text read in the dialect
that fits it (tabs, one cell a line, pipes, columns of spaces), every cell with its lines.
"""
