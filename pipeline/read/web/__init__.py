"""HTML and web archives → tables and lines."""
