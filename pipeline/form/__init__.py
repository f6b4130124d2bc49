"""Tables and lines of a document → its forms: regions, head, funds, lists of projects, everything put
together.
"""
