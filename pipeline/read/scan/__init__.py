"""Pictures and scanned pages → tables and lines, by rulings and a recogniser."""
