"""What passes between the stages, and the contract, once: cells, forms, the schema of the tables, flags,
errors. Imports nothing of the others.
"""
