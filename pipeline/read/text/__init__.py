"""Plain text and Markdown → tables and lines, dialect by dialect."""
