"""The tables of a run and the files that they were read from → a site that shows the source beside the rows.

Comes in: a folder of tables and a way to get the bytes of a file by its name in the tables. Goes out: a
folder of HTML, JavaScript, pictures of pages and packed data that opens from disk, without a network.
Refused: a folder without tables, and an output folder that holds anything else.
"""
