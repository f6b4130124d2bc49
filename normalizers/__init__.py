"""Pure functions from the text of a cell to a value; nothing here knows of files, tables or forms."""
