"""Forms → rows of the contract's tables.

Comes in: a file's facts, its reading and its forms. Goes out: typed rows, figures read, texts cleaned, in the
columns that the schema declares.
"""
