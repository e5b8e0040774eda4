"""The parts a report is made of, as data: what it says, apart from how it is typeset (`markup.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Code:
    """Words for the computer: a command, a file."""

    text: str


@dataclass(frozen=True)
class Strong:
    """Words that matter most."""

    text: str


Words = str | Code | Strong


@dataclass(frozen=True)
class Heading:
    """A heading, level 1 (a part of the report) to 4; `number` is the assignment's own, empty where it has none."""

    level: int
    number: str
    title: str


@dataclass(frozen=True)
class Question:
    """What is asked, in a line below its heading."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of plain text, parts of it code or strong."""

    words: tuple[Words, ...]


@dataclass(frozen=True)
class Items:
    """A list with a bullet before each item."""

    items: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True)
class Markup:
    """Typst of our own, mathematics included; never anything that came from a file or a person."""

    typst: str


@dataclass(frozen=True)
class Table:
    """A table of plain text.

    `words` are the places of the columns that hold words, set flush left; all others hold figures. `wide` are those
    that share the room that is left and break long lines, None for all with words. `total` sets the last row apart.
    """

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = (0,)
    wide: tuple[int, ...] | None = None
    total: bool = False


@dataclass(frozen=True, eq=False)
class Plot:
    """A figure that `draw` makes when it is typeset, as vectors; `width` is its share of the line."""

    draw: Callable[[], Figure]
    caption: str
    width: float = 1.0


@dataclass(frozen=True)
class Picture:
    """A figure that lies in a result folder; `kind` is the ending of its file."""

    content: bytes
    kind: str
    caption: str
    width: float = 1.0


@dataclass(frozen=True)
class Missing:
    """What has not been run yet, and the commands that run it."""

    what: str
    commands: tuple[str, ...]


Block = Heading | Question | Paragraph | Items | Markup | Table | Plot | Picture | Missing


def paragraph(*words: Words) -> Paragraph:
    """A paragraph of these words, one after the other."""
    return Paragraph(words)


def items(*lines: Words | tuple[Words, ...]) -> Items:
    """A list of these items."""
    return Items(tuple(line if isinstance(line, tuple) else (line,) for line in lines))
