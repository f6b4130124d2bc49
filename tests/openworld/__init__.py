"""An open test: documents with words, orders and columns that no list of the reader has, and what the reader
makes of them.

`documents` draws them, `measure` reads and judges them; words and layouts are parted into what may be learnt
from, what confidences are calibrated on and what measures.
"""

from tests.openworld.draw import KINDS, Drawn, documents
from tests.openworld.mutations import MUTATIONS
from tests.openworld.words import SPLITS

__all__ = ["KINDS", "MUTATIONS", "SPLITS", "Drawn", "documents"]
