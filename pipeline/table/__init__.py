"""Rows of cells under a header → indicators: columns, likelihood of a text in a column, alignment, torn rows,
levels.
"""
