"""The frame around it all.

Comes in: a command line. Goes out: worker processes, Parquet files, an account for a person, what a stage
made of a document, the data dictionary.
"""
