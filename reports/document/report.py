"""The report: every question of the assignment in its order, with what the result folders say."""

from __future__ import annotations

from collections.abc import Sequence

from reports.document.authors import printable
from reports.document.blocks import Block, Heading, Missing, Table, items, paragraph
from reports.document.practical_1 import question_1
from reports.document.practical_2 import question_2
from reports.document.practical_3 import question_3
from reports.document.practical_4 import question_4
from reports.document.practical_5 import question_5
from reports.document.sources import Sources
from reports.document.summary import summary_rows
from reports.document.theory import theory
from reports.document.typeset import typeset


def document(sources: Sources, authors: Sequence[str] = ()) -> bytes:
    """The report as a PDF, with the students' names. Raises TypesetError."""
    return typeset(opening(sources), body(sources), [printable(name) for name in authors])


def unanswered(sources: Sources) -> list[str]:
    """The numbers of the practical questions under which something has not been run yet, `theory` for its checks."""
    found: dict[str, None] = {}
    number = ""
    for block in practical(sources):
        if isinstance(block, Heading) and block.number:
            number = block.number
        if isinstance(block, Missing):
            found[number] = None
    return [*found, *([] if sources.checks is not None else ["the checks of the theory"])]


def opening(sources: Sources) -> list[Block]:
    """What a reader wants to know first: the figures asked for, and what they rest on."""
    blocks: list[Block] = [
        paragraph(
            "This report answers the assignment in its own order and numbering: first the practical questions, then "
            "the theoretical ones. Every figure in it was read from the results of a run; accuracies are given with "
            "the number of seeds and images they rest on and are rounded down. Choices were made on validation images; "
            "test images only judged what had been chosen."
        ),
        Table("The main results.", ("question", "what", "result"), summary_rows(sources), words=(0, 1, 2), wide=(2,)),
    ]
    if sources.problems:
        blocks += [paragraph("Some results could not be read and are treated as missing:"), items(*sources.problems)]
    return blocks


def body(sources: Sources) -> list[Block]:
    """Both parts, question by question."""
    return [
        Heading(1, "", "Practical questions"),
        *practical(sources),
        Heading(1, "", "Theoretical questions"),
        *theory(sources),
    ]


def practical(sources: Sources) -> list[Block]:
    """The practical questions."""
    questions = (question_1, question_2, question_3, question_4, question_5)
    return [block for question in questions for block in question(sources)]
