"""Text without cells → the rows of cells that a table would have had."""
