"""What is known only of all documents together.

Comes in: the rows of all documents. Goes out: the same with corrections applied, series named, findings
across forms. Nothing that reads one document imports from here.
"""
