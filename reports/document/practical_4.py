"""Practical question 4: the original network on 250 examples; what less parameters and dropout do about it."""

from __future__ import annotations

from reports.document.blocks import Block, Heading, Missing, Question, Table, paragraph
from reports.document.drawing import picture
from reports.document.sources import OVERFIT_FOLDER, Sources
from reports.overfit_data import Configured, CurveEnd, Difference, Estimate, OverfitSummary
from reports.words import basis, percent

PARTS = (
    ("curves", "The original network on all examples and on few"),
    ("size", "Fewer parameters"),
    ("dropout", "Dropout"),
    ("both", "Both together"),
)
SHOWN = ("curves", "size", "dropout")
CAPTIONS = {
    "curves": "training and test accuracy of the original network and their ratio against training iterations, on all "
    "examples and on few",
    "size": "accuracy and ratio against the number of parameters",
    "dropout": "accuracy and ratio against the probability with which dropout keeps a value",
    "grid": "validation accuracy and ratio of every size with every keep probability",
}
ESTIMATES = (
    "mean ± half its 95% interval over the subsets; every accuracy of a network is counted on the same test images; "
    "ratio: test accuracy over training accuracy"
)


def question_4(sources: Sources) -> list[Block]:
    """Question 4 with its part 4.1."""
    blocks: list[Block] = [
        Heading(2, "4", "Overfitting"),
        Heading(3, "4.1", "250 examples: training and test accuracy, their ratio, and what raises it"),
        Question(
            "Train the original network on the complete set and on 250 examples; plot training and test accuracy and "
            "their ratio. Then reduce the network, or insert dropout layers, for a higher ratio and test accuracy."
        ),
    ]
    summary = sources.overfit
    if summary is None or sources.overfit_folder is None:
        return [
            *blocks,
            Missing(
                "The study of overfitting has not been run.",
                (sources.command("overfit", option="--out", folder=OVERFIT_FOLDER),),
            ),
        ]
    return [
        *blocks,
        paragraph(_what(summary)),
        Heading(4, "", PARTS[0][1]),
        paragraph(summary.baseline.sentence),
        _ends(summary),
        *_pictures(sources, summary, "curves"),
        Heading(4, "", PARTS[1][1]),
        paragraph(summary.size.sentence),
        *_pictures(sources, summary, "size"),
        Heading(4, "", PARTS[2][1]),
        paragraph(summary.dropout.sentence),
        *_pictures(sources, summary, "dropout"),
        Heading(4, "", PARTS[3][1]),
        paragraph(summary.both.sentence),
        *_pictures(sources, summary, *(name for name in summary.figures if name not in SHOWN)),
        _networks(summary),
        _gains(summary),
        paragraph(summary.cross_validation.sentence),
    ]


def _what(summary: OverfitSummary) -> str:
    return (
        f"Data: {summary.source} {summary.examples} examples are a lottery, so {summary.subsets} different subsets of "
        f"{summary.examples} were drawn, with the same number of every digit, and each network was trained on each of "
        f"them with {summary.seeds} seed{'' if summary.seeds == 1 else 's'} for {summary.iterations:,} iterations. "
        f"Sizes and keep probabilities were chosen on {summary.validation_images:,} validation images; "
        f"the {summary.test_images:,} test images judged "
        "the chosen ones once. Differences are tested on the same subsets, in pairs."
    )


def _ends(summary: OverfitSummary) -> Table:
    ends = (summary.baseline.full, summary.baseline.few)
    rows = tuple(
        (f"{end.examples:,}", f"{end.iterations:,}", _share(end.train), _share(end.test), _ratio(end.ratio), _on(end))
        for end in ends
    )
    header = ("examples", "iterations", "training", "test", "ratio", "trainings x images")
    return Table(f"The original network without dropout at the end of training; {ESTIMATES}.", header, rows, words=())


def _on(end: CurveEnd) -> str:
    return basis(end.test.subsets * end.test.seeds, end.test.images)


def _networks(summary: OverfitSummary) -> Table:
    listed = [
        ("the original", summary.size.before),
        ("smaller", summary.size.after),
        (_nearly(summary), summary.size.within),
        ("with dropout", summary.dropout.chosen),
        ("smaller, with dropout", summary.both.chosen),
    ]
    rows = tuple(
        (
            name,
            " - ".join(map(str, (*one.filters, one.hidden))),
            _keep(one),
            f"{one.parameters:,}",
            _share(one.train),
            _share(one.test) if one.test is not None else "-",
            _ratio(one.ratio) if one.ratio is not None else "-",
        )
        for name, one in listed
    )
    header = ("network", "filters - hidden", "keep", "parameters", "training", "test", "ratio")
    runs = summary.subsets * summary.seeds
    caption = f"The networks of question 4.1 on {summary.examples} examples ({runs} trainings of each); {ESTIMATES}."
    return Table(caption, header, rows, words=(0,))


def _nearly(summary: OverfitSummary) -> str:
    return f"smallest within {100 * summary.size.slack:g} point"


def _gains(summary: OverfitSummary) -> Table:
    listed: list[tuple[str, Difference]] = [
        ("test accuracy, smaller less original", summary.size.test_gain),
        (f"test accuracy, {_nearly(summary)} less original", summary.size.within_gain),
        ("test accuracy, with dropout less original", summary.dropout.test_gain),
        ("test accuracy, both less original", summary.both.over_original),
        ("test accuracy, both less smaller alone", summary.both.over_size),
        ("test accuracy, both less dropout alone", summary.both.over_dropout),
        ("ratio, smaller less original", summary.size.ratio_gain),
        ("ratio, with dropout less original", summary.dropout.ratio_gain),
        ("ratio, both less original", summary.both.ratio_gain),
    ]
    rows = tuple(
        (
            name,
            f"{100 * one.mean:+.2f}",
            f"{100 * one.low:+.2f} to {100 * one.high:+.2f}",
            "-" if one.t_p is None else f"{one.t_p:.2g}",
            "clear" if one.is_clear else "not clear",
        )
        for name, one in listed
    )
    caption = (
        f"Gains in hundredths, on the same {summary.size.test_gain.subsets} subsets: mean, 95% interval, p of the "
        "paired t-test; clear: the interval leaves out zero."
    )
    return Table(caption, ("difference", "mean", "95% interval", "p", ""), rows, words=(0,))


def _pictures(sources: Sources, summary: OverfitSummary, *names: str) -> list[Block]:
    """The figures of these names, those that are there."""
    assert sources.overfit_folder is not None
    rests_on = (
        f"{summary.subsets} subsets of {summary.examples} examples, {summary.seeds} seed"
        f"{'' if summary.seeds == 1 else 's'} of each; {summary.validation_images:,} validation images, "
        f"{summary.test_images:,} test images"
    )
    blocks: list[Block] = []
    for name in names:
        if name not in summary.figures:
            continue
        file = summary.figures[name]
        found = picture(sources.overfit_folder, file, f"Question 4.1: {CAPTIONS.get(name, name)} ({rests_on}).")
        blocks.append(found if found is not None else paragraph(f"(The figure {file} is not in its folder.)"))
    return blocks


def _share(one: Estimate) -> str:
    return percent(one.mean) if _is_single(one) else f"{percent(one.mean)[:-2]} ± {100 * _reach(one):.2f} %"


def _ratio(one: Estimate) -> str:
    return f"{one.mean:.3f}" if _is_single(one) else f"{one.mean:.3f} ± {_reach(one):.3f}"


def _is_single(one: Estimate) -> bool:
    """Whether it rests on one training, which has no interval."""
    return one.subsets * one.seeds == 1


def _reach(one: Estimate) -> float:
    """Half the interval, which lies evenly about the mean."""
    return (one.high - one.low) / 2


def _keep(one: Configured) -> str:
    return f"{one.keep[0]:g}" if len(set(one.keep)) == 1 else " / ".join(f"{keep:g}" for keep in one.keep)
