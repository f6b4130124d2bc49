"""How fast files are read beside other programs, how much work is done for them, and what second opinions are
worth.
"""
