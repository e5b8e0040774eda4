"""What an answer to a theoretical question is: a text to typeset and the checks that carry it out."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class CheckResult:
    """What a check found: whether its claim held, and the figures it measured, as one plain-text sentence."""

    holds: bool
    observed: str


@dataclass(frozen=True)
class Check:
    """A claim of an answer that a computer can try, and the function that tries it.

    `claim` is plain text. `run` may import TensorFlow; importing the module that defines it must not.
    """

    claim: str
    run: Callable[[], CheckResult]


@dataclass(frozen=True)
class Answer:
    """The answer to one numbered question of the assignment.

    `question` is a short plain-text paraphrase, `body` is Typst markup without headings, so that the report decides
    on numbering and layout.
    """

    number: str
    question: str
    body: str
    checks: tuple[Check, ...]
