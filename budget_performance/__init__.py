"""Chinese budget-performance disclosures (绩效自评表, 绩效目标表) as data.

>>> import budget_performance as bp
>>> document = bp.parse("docs/example.txt")                 # one file
>>> tables = bp.parse_folder("data/raw", "data/parsed")     # many
>>> tables = bp.load("data/parsed")                         # what an earlier run wrote
>>> len(tables.indicators)
420

`parse` reads one file, `parse_folder` many, and `load` opens the tables that a run wrote. What comes out is
the data contract's: each row is a `dict` with the columns of its table, each table a frame with their types.
What is refused is a `PipelineError`, which says what to do next and has a stable code:

>>> try:
...     bp.load("no/such/folder")
... except bp.PipelineError as problem:
...     print(problem.code, "·", problem.advice)
no_input · make the tables with `make parse`, or name the folder that `parse --out` wrote to

`__version__` is the version that `documents.parser_version` tells.

>>> bp.__version__ == document.row["parser_version"]
True
"""

from budget_performance.documents import Document, Form, parse
from budget_performance.tables import Tables, load, parse_folder
from pipeline.model.errors import PipelineError
from pipeline.version import VERSION

__version__ = VERSION

__all__ = ["Document", "Form", "PipelineError", "Tables", "__version__", "load", "parse", "parse_folder"]
