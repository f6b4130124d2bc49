"""What is known only of all documents together: corrections, series, findings across forms."""
