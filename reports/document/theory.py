"""The theoretical questions: the written answers, each with what its checks found."""

from __future__ import annotations

from collections.abc import Sequence

from reports.answers import Answer, theory_answers
from reports.answers.results import Checked
from reports.document.blocks import Block, Heading, Markup, Missing, Question
from reports.document.markup import literal
from reports.document.sources import Sources

TITLES = {
    "1": "Convolution",
    "1.2": "Lengths",
    "2": "ReLU",
    "3": "Backpropagation",
    "4": "Parameters and constraints",
}
COMMAND = "theory"


def theory(sources: Sources) -> list[Block]:
    """All theoretical questions in order, their groups as headings above them."""
    blocks: list[Block] = []
    opened: set[str] = set()
    for answer in theory_answers():
        parts = answer.number.split(".")
        for depth in range(1, len(parts)):
            group = ".".join(parts[:depth])
            if group not in opened:
                opened.add(group)
                blocks.append(Heading(1 + depth, group, TITLES.get(group, "")))
        blocks += [Heading(1 + len(parts), answer.number, _title(answer)), Question(answer.question)]
        blocks += [Markup(answer.body), *_checks(sources, answer)]
    return blocks


SHORT = {
    "1.1": "Convolution and translation",
    "1.2.1": "The length of the output",
    "1.2.2": "The same for n = k",
    "2.1": "The derivatives by f and b",
    "2.2": "What becomes of such filters",
    "3.1": "The matrix of derivatives",
    "3.2": "Its product with the gradient",
    "4.1": "A convolutional layer",
    "4.2": "A fully-connected layer",
    "4.3": "The constraints of a dataset",
}


def _title(answer: Answer) -> str:
    return SHORT.get(answer.number, answer.question)


def _checks(sources: Sources, answer: Answer) -> list[Block]:
    """What the checks of an answer found when they were carried out."""
    if sources.checks is None:
        command = sources.command(COMMAND)
        return [Missing("This answer can be checked by computation; the checks have not been carried out.", (command,))]
    claims = {check.claim for check in answer.checks}
    return [Markup(_listed([one for one in sources.checks if one.number == answer.number and one.claim in claims]))]


def _listed(checked: Sequence[Checked]) -> str:
    lines = "".join(
        f"- #strong({literal(one.claim)}); "
        + ("" if one.holds else '#strong("This does NOT hold. "); ')
        + f"#{literal('Observed: ' + one.observed + '.')};\n"
        for one in checked
    )
    return f"#checked[\n{lines}]" if lines else ""
