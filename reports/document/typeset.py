"""Blocks -> one PDF: figures drawn as vectors with their fonts embedded, the text set by Typst, offline."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from reports.document.blocks import Block, Picture, Plot
from reports.document.markup import block, literal
from reports.document.style import CONTENTS, STYLE, TITLE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

REPORT_TITLE = "Assignment 1: CNN"
COURSE = "Introduction to Neural Networks 67103"


class TypesetError(Exception):
    """A report that could not be typeset: one line with what was expected, what came, what to do."""


def typeset(opening: Sequence[Block], blocks: Sequence[Block], authors: Sequence[str] = ()) -> bytes:
    """The report as a PDF; the same blocks give the same bytes.

    Args:
        opening: what stands between the title and the table of contents.
        blocks: everything after it.
        authors: names below the title, also those of the PDF's own data.

    Raises:
        TypesetError: something Typst refuses, such as a damaged picture.
    """
    import typst

    with TemporaryDirectory() as name:
        folder = Path(name)
        parts = [STYLE, _title(authors), *_written(opening, folder, "opening"), CONTENTS]
        source = folder / "report.typ"
        source.write_text("\n".join([*parts, *_written(blocks, folder, "figure")]), encoding="utf-8")
        try:
            # Fonts of the machine only stand in for letters that Typst's own fonts lack, such as Chinese names.
            pdf = typst.compile(str(source), root=str(folder), format="pdf")
        except RuntimeError as refusal:
            reason = " ".join(str(refusal).split())
            raise TypesetError(f"expected a report that can be typeset, got: {reason}; check the figures") from refusal
    assert isinstance(pdf, bytes)  # one PDF, not one picture a page
    return pdf


def vectors(figure: Figure) -> bytes:
    """A figure as a PDF of vectors, without the time at which it was drawn."""
    import matplotlib as mpl

    content = io.BytesIO()
    # Type 42: outlines of the letters that are used, as PDF readers and printers want them.
    with mpl.rc_context({"pdf.fonttype": 42}):
        figure.savefig(content, format="pdf", metadata={"CreationDate": None})
    return content.getvalue()


def _written(blocks: Sequence[Block], folder: Path, name: str) -> list[str]:
    """The blocks as markup, their figures written to the folder."""
    lines = []
    for number, part in enumerate(blocks):
        file = ""
        if isinstance(part, Plot | Picture):
            file = f"{name}-{number}.{part.kind if isinstance(part, Picture) else 'pdf'}"
            (folder / file).write_bytes(part.content if isinstance(part, Picture) else vectors(part.draw()))
        lines.append(block(part, file))
    return lines


def _title(authors: Sequence[str]) -> str:
    return TITLE.format(
        title=literal(REPORT_TITLE),
        heading=literal(REPORT_TITLE),
        course=literal(COURSE),
        authors="(" + "".join(f"{literal(name)}, " for name in authors) + ")",
        names=literal(", ".join(authors)),
    )
