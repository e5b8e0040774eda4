"""Practical question 3: the smallest shallow and the smallest deep network, and which of them trains faster."""

from __future__ import annotations

from baselines.words import joined
from reports.document.blocks import Block, Heading, Missing, Question, paragraph
from reports.document.drawing import picture
from reports.document.smallest import count, no_winner, search, training
from reports.document.sources import Sources

ASKED_TEXT = {
    "shallow": "Construct a CNN of one convolutional layer and one fully-connected layer that is above 95% accurate "
    "with the smallest number of free parameters.",
    "deep": "Reduce the parameters of the original deeper network as far as possible, while it is still able to "
    "achieve 95% accuracy.",
}


def question_3(sources: Sources) -> list[Block]:
    """Question 3 with its parts 3.1 to 3.3."""
    return [
        Heading(2, "3", "Deep against shallow"),
        paragraph(
            "Which architectures are the smallest was searched for, not guessed: the number of parameters of a network "
            "is known before it is trained, its accuracy only afterwards, so the search trains nothing that could not "
            "become the new smallest. It chooses on validation images alone; the winner is then trained from scratch "
            "with fresh seeds and judged once on the test set."
        ),
        Heading(3, "3.1", "The smallest shallow network"),
        *_space(sources, "shallow", "3.1"),
        Heading(3, "3.2", "The smallest deep network"),
        *_space(sources, "deep", "3.2"),
        *_open(sources),
        Heading(3, "3.3", "Which of the two trains faster"),
        Question("Compare the training speed (time to convergence) of the two networks and explain it."),
        *_speed(sources),
    ]


def _space(sources: Sources, space: str, number: str) -> list[Block]:
    asked: list[Block] = [Question(ASKED_TEXT[space])]
    counted = Heading(4, f"{number}.1", "How many parameters it has, counted")
    plot = Heading(4, f"{number}.2", "The loss while it is trained" if space == "shallow" else "Its training")
    study = sources.chosen(space)
    if study is None:
        not_run = Missing(f"There is no search of {space} networks yet.", _search_commands(sources, space))
        return [*asked, not_run, counted, not_run, plot, not_run]
    if study.winner is None or study.trial is None:
        none = no_winner(sources, study)
        return [*asked, *search(sources, study), none, counted, none, plot, none]
    return [
        *asked,
        *search(sources, study),
        counted,
        *count(study, study.winner, space),
        plot,
        *training(sources, study, study.winner),
    ]


def _search_commands(sources: Sources, space: str) -> tuple[str, ...]:
    retrain = sources.command("retrain", f"{space}-mnist", "--until-confirmed")
    return sources.command("search", space), retrain


def _open(sources: Sources) -> list[Block]:
    """What an open space finds: more than was asked."""
    study = sources.chosen("deep-open")
    if study is None or study.winner is None or study.trial is None:
        return []
    return [
        Heading(4, "", "Beyond the question: other deep networks"),
        paragraph("Without keeping to the layers of the original network, deep networks can be smaller still."),
        *search(sources, study),
        *count(study, study.winner, "deep-open"),
    ]


def _speed(sources: Sources) -> list[Block]:
    comparison, folder = sources.convergence, sources.convergence_folder
    if comparison is None or folder is None:
        names = [
            one.study.name if (one := sources.chosen(space)) else f"{space}-mnist" for space in ("shallow", "deep")
        ]
        return [Missing("The two winners have not been compared yet.", (sources.command("compare", *names),))]
    blocks: list[Block] = [paragraph(f"Data: {comparison.source}")]
    compared = joined(
        [f"{one.study} (trial {one.trial}, {one.parameters:,} parameters)" for one in comparison.networks]
    )
    blocks.append(paragraph(f"Compared were the networks of {compared}."))
    blocks += [paragraph(sentence) for sentence in comparison.explanation]
    for shown in comparison.pictures:
        found = picture(folder, shown.file, shown.caption)
        blocks.append(found if found is not None else paragraph(f"(The figure {shown.file} is not in its folder.)"))
    return blocks
