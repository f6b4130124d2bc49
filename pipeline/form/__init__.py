"""Tables and lines of a document → its forms.

Comes in: a reading. Goes out: forms: where each begins and ends, its head, goals, funds and unit of amounts,
its indicator blocks, its totals; lists of projects as a form each.
"""
