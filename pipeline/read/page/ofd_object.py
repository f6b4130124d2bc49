"""What the objects of an OFD page have in common: numbers, places and looks.

Comes in: XML elements. Goes out: their numbers, the matrix from an object's own system to the page, and
whether and in which colour it is drawn, by itself or by the drawing parameters that it names (GB/T
33190-2016, 8.2 and 8.5). Nothing is refused: what is no number is none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

DEEPEST = 6  # blocks, composites and drawing parameters inside or behind each other

Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Resources:
    """What a document keeps for all its pages, by ID: how to draw, the parts that hold pictures, and drawings
    used again.
    """

    draw_params: Mapping[str, etree._Element] = field(default_factory=dict)
    pictures: Mapping[str, str] = field(default_factory=dict)
    composites: Mapping[str, etree._Element] = field(default_factory=dict)


def local(element: etree._Element) -> str:
    """An element's name without its namespace, of which there are several about; empty for comments."""
    return str(element.tag).rpartition("}")[2] if isinstance(element.tag, str) else ""


def child(element: etree._Element, name: str) -> etree._Element | None:
    """The first child of this name."""
    return next((c for c in element if local(c) == name), None)


def numbers(text: str | None, n: int) -> tuple[float, ...] | None:
    """The `n` finite numbers of an array; None where they are not there."""
    try:
        values = tuple(float(part) for part in (text or "").replace(",", " ").split()[:n])
    except ValueError:
        return None
    return values if len(values) == n and all(math.isfinite(v) and abs(v) < 1e6 for v in values) else None


def times(m: Matrix, n: Matrix) -> Matrix:
    """First `m`, then `n`."""
    a, b, c, d, e, f = m
    p, q, r, s, t, u = n
    return (a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u)


def at(m: Matrix, x: float, y: float) -> Point:
    """A point of the matrix's inner system in its outer one."""
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def placed(item: etree._Element, outer: Matrix) -> Matrix:
    """From an object's own system to the page: its CTM, then its Boundary's corner (8.5)."""
    ctm = numbers(item.get("CTM"), 6) or IDENTITY
    x, y, _, _ = numbers(item.get("Boundary"), 4) or (0.0, 0.0, 0.0, 0.0)
    a, b, c, d, e, f = ctm
    return times((a, b, c, d, e + x, f + y), outer)


class Look:
    """How an object is drawn: its own attributes and colours before those of its drawing parameter and that
    one's base.
    """

    def __init__(self, item: etree._Element, param: etree._Element | None, resources: Resources) -> None:
        self.sources = [item]
        while param is not None and len(self.sources) <= DEEPEST:
            self.sources.append(param)
            param = resources.draw_params.get(param.get("Relative", ""))

    def flag(self, name: str, default: bool) -> bool:
        """Does the object itself say that it is filled or stroked?"""
        given = self.sources[0].get(name)
        return default if given is None else given.strip().lower() in ("true", "1")

    def line_width(self) -> float:
        """As it is written, in the object's own system; 0 where it is not, for a default is a thin line."""
        given = next((s.get("LineWidth") for s in self.sources if s.get("LineWidth")), None)
        return (numbers(given, 1) or (0.0,))[0]

    def colour(self, name: str) -> etree._Element | None:
        """The colour's element, None where none is given."""
        return next((c for s in self.sources if (c := child(s, name)) is not None), None)

    def clear(self, name: str) -> bool:
        """Is the colour given and fully transparent?"""
        colour = self.colour(name)
        alpha = numbers(colour.get("Alpha"), 1) if colour is not None else None
        return alpha is not None and alpha[0] <= 0

    def red(self) -> bool:
        """Is it filled with the red of seals (RGB)?"""
        colour = self.colour("FillColor")
        rgb = numbers(colour.get("Value"), 3) if colour is not None else None
        return rgb is not None and rgb[0] > 140 and max(rgb[1:]) < 100
