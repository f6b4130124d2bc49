"""Pictures and scanned pages.

Comes in: a picture. Goes out: tables by the rulings found in it, cells read one by one by a recogniser, with
what it is unsure of.
"""
