"""Pages with a text layer: PDF and OFD.

Comes in: their bytes. Goes out: tables on a lattice of rulings, or of gaps where there are none, and lines,
all with their boxes. No font of the machine is looked at.
"""
