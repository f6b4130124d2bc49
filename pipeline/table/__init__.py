"""Rows of cells under a header → indicators.

Comes in: a header row and the rows below it. Goes out: columns with their roles (by label, contents and
neighbours), rows whose cells found their columns, torn rows whole, levels filled down, and the evidence for
each reading.
"""
