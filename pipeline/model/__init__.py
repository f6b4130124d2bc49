"""What passes between the stages, and the contract, once.

Comes in: nothing; this folder imports no other. Goes out: cells and tables (what a reader gives), regions
(rows of one form), forms (what was understood), the schema of the tables with the types of their rows, column
roles, flags, error codes, and figures that a regulation sets.
"""
