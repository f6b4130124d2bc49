"""Text without cells → the rows that its form has.

Comes in: loose lines. Goes out: regions of one form each, cut where labels, the kinds of text, and the form's
own sums say that a cell ends.
"""
