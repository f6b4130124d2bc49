"""Word and Excel files, old and new → tables and lines."""
