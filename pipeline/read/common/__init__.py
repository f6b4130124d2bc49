"""What readers of several formats share.

Comes in: bytes or cells. Goes out: media types, decoded texts, grids with spans, tables inside tables,
columns of texts that no ruling parts, and the one exception that a library's failure becomes.
"""
