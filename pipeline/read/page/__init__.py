"""Pages with a text layer (PDF, OFD) → tables on a lattice of rulings, and lines."""
