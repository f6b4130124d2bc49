"""The words of forms, as data: one TOML file a subject, and how a printed text is looked up in them.

Comes in: a text, or the name of a list. Goes out: what the text is a label of, or the list. A word stands in
two groups only where `shared.toml` says so.
"""
