"""Chinese budget-performance disclosures (绩效自评表, 绩效目标表) as data.

>>> import budget_performance as bp
>>> document = bp.parse("tests/fixtures/form.txt")  # doctest: +SKIP
>>> tables = bp.load("data/parsed")                 # doctest: +SKIP

`parse` reads one file, `parse_folder` many, and `load` opens the tables that a run wrote. What comes out is
the data contract's: each row is a `dict` with the columns of its table, each table a frame with their types.
"""

from budget_performance.documents import Document, Form, parse
from budget_performance.tables import Tables, load, parse_folder
from pipeline.model.errors import PipelineError
from pipeline.version import VERSION

__version__ = VERSION

__all__ = ["Document", "Form", "PipelineError", "Tables", "__version__", "load", "parse", "parse_folder"]
