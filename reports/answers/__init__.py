"""The assignment's theoretical questions: answers to typeset, each with checks that can be run."""

from reports.answers.answer import Answer, Check, CheckResult
from reports.answers.registry import theory_answers

__all__ = ["Answer", "Check", "CheckResult", "theory_answers"]
