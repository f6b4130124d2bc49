"""What readers of several formats share: media types, encodings, grids with spans, tables inside tables."""
