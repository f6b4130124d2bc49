"""Evidence for a reading → how probable it is that the reading is right.

What speaks for and against a row (`row_features`, `form_features`) is weighed by numbers that were fitted
(`model`, `table.json`); `judge` writes what comes out into the rows.
"""
