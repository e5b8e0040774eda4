"""Blocks as Typst: every text goes in as a string literal, so nothing a study or a person is called can be markup."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import assert_never

from reports.document.blocks import (
    Block,
    Code,
    Heading,
    Items,
    Markup,
    Missing,
    Paragraph,
    Picture,
    Plot,
    Question,
    Strong,
    Table,
    Words,
)

LONG_TABLE = 25  # rows; a longer one may go on on the next page


def literal(text: str) -> str:
    """A Typst string literal: control characters and halves of characters, which no font has, are left out."""
    shown = "".join(
        " " if character.isspace() else character
        for character in text
        if character.isspace() or unicodedata.category(character) not in ("Cc", "Cs")
    )
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'


def text(words: Words) -> str:
    """Plain text, code or strong text as markup."""
    if isinstance(words, Code):
        return f"#raw({literal(words.text)});"
    if isinstance(words, Strong):
        return f"#strong({literal(words.text)});"
    return f"#{literal(words)};"


def line(words: Iterable[Words]) -> str:
    """Several of them, one after the other."""
    return "".join(map(text, words))


def block(part: Block, image: str = "") -> str:
    """A block as markup that ends its paragraph; `image` is the file of a plot or a picture."""
    match part:
        case Heading():
            return f"#numbered({part.level}, {literal(part.number)}, {literal(part.title)})\n"
        case Question():
            return f"#asked[{text(part.text)}]\n"
        case Paragraph():
            return f"{line(part.words)}\n"
        case Items():
            return "".join(f"- {line(item)}\n" for item in part.items)
        case Markup():
            return part.typst.strip("\n") + "\n"
        case Table():
            return _table(part)
        case Plot() | Picture():
            return _figure(part, image)
        case Missing():
            commands = " \\\n".join(text(Code(command)) for command in part.commands)
            return f"#missing[{text(part.what)}][{commands}]\n"
        case _:
            assert_never(part)


def _figure(part: Plot | Picture, image: str) -> str:
    # The caption says what the picture shows, which is what its alternative text is for.
    picture = f"image({literal(image)}, width: {100 * part.width:g}%, alt: {literal(part.caption)})"
    return f"#figure({picture}, caption: [{text(part.caption)}])\n"


def _table(table: Table) -> str:
    wide = table.words if table.wide is None else table.wide
    columns = ", ".join("1fr" if place in wide else "auto" for place in range(len(table.header)))
    align = ", ".join("left" if place in table.words else "right" for place in range(len(table.header)))
    header = ", ".join(f"[#strong({literal(name)})]" for name in table.header)
    rows = list(table.rows)
    cells = [", ".join(f"[{text(cell)}]" for cell in row) for row in rows]
    if table.total and rows:
        cells[-1] = "table.hline(stroke: 0.5pt), " + ", ".join(f"[#strong({literal(cell)})]" for cell in rows[-1])
    body = ",\n  ".join([f"table.header({header}, table.hline(stroke: 0.5pt))", *cells])
    breakable = "true" if len(rows) > LONG_TABLE else "false"
    return (
        f"#{{show figure: set block(breakable: {breakable}); figure(kind: table, caption: [{text(table.caption)}], "
        f"table(columns: ({columns},), align: ({align},),\n  {body}))}}\n"
    )
