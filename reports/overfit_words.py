"""The answers of the study of overfitting in sentences: every number, and every verdict, comes from a measurement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from baselines.overfit.settings import ORIGINAL, Network
from baselines.words import joined, percent
from reports.overfit_data import (
    BothAnswer,
    Configured,
    CrossValidated,
    CurveEnd,
    Difference,
    DropoutAnswer,
    Estimate,
    SizeAnswer,
    Speed,
)

S = TypeVar("S", SizeAnswer, DropoutAnswer, BothAnswer, CrossValidated)
LEARNED = 0.5  # validation accuracy below which a network has hardly learned anything


def with_sentence(answer: S, sentence: str) -> S:
    """The answer with its sentence."""
    return msgspec.structs.replace(answer, sentence=sentence)


def on_images(estimate: Estimate, images: int, seeds: int) -> Estimate:
    """The estimate with what it rests on."""
    return msgspec.structs.replace(estimate, images=images, seeds=seeds)


def base_name(network: Network, parameters: int) -> str:
    """`the original (1,111,946 parameters)`; a short study starts from a smaller network and says so."""
    kind = "the original" if network == ORIGINAL else f"the starting network {network.name}"
    return f"{kind} ({parameters:,} parameters)"


def interval(estimate: Estimate) -> str:
    """`91.20 % (95% interval 90.80 - 91.60 %)`."""
    return f"{percent(estimate.mean)} (95% interval {percent(estimate.low)[:-2]} - {percent(estimate.high)})"


def signed(difference: Difference) -> str:
    """`+1.20 points (95% interval +0.80 to +1.60, paired t-test p = 0.003)`."""
    tests = [f"95% interval {100 * difference.low:+.2f} to {100 * difference.high:+.2f}"]
    if difference.t_p is not None:
        tests.append(f"paired t-test {_p(difference.t_p)}")
    return f"{100 * difference.mean:+.2f} points ({', '.join(tests)})"


def verdict(difference: Difference) -> str:
    """What the interval allows to say."""
    if difference.low > 0:
        return "a clear gain"
    return "a clear loss" if difference.high < 0 else "no clear difference"


def baseline(full: CurveEnd, few: CurveEnd, name: str) -> str:
    """Question 4's first part."""
    return (
        f"Overfitting: after {full.iterations} iterations {name} without dropout has {percent(full.train.mean)} on "
        f"training and {percent(full.test.mean)} on test images, ratio {full.ratio.mean:.3f}, when it is trained on "
        f"all {full.examples:,} examples; on {few.examples} it has {percent(few.train.mean)} and "
        f"{percent(few.test.mean)}, ratio {few.ratio.mean:.3f}."
    )


def size(answer: SizeAnswer, base: str) -> str:
    """Whether fewer parameters help."""
    after = answer.after
    text = (
        f"Size: of all smaller networks {after.name} does best on validation: {after.parameters:,} parameters, "
        f"{answer.reduction:.1f} times fewer than {base}. Test accuracy {_tested(answer.before)} before, "
        f"{_tested(after)} after: {signed(answer.test_gain)}, {verdict(answer.test_gain)}. "
        f"{_ratios(answer.before, after, answer.ratio_gain)} "
    )
    within, best = answer.within, answer.best_ratio
    if within.name == answer.before.name:
        text += f"No smaller network stays within {100 * answer.slack:g} point of the larger on validation."
    elif within.name != after.name:
        text += (
            f"The smallest within {100 * answer.slack:g} point of the larger on validation is {within.name}, "
            f"{within.parameters:,} parameters, with {_tested(within)} on test: {signed(answer.within_gain)}."
        )
    else:
        text += f"No smaller one than that stays within {100 * answer.slack:g} point of the larger on validation."
    if best.name != after.name:
        text += f" The best ratio on validation among the smaller ones is that of {_ratio_of(best)}."
    return text


def dropout(answer: DropoutAnswer, base: str) -> str:
    """Which keep probability is best, for accuracy and for the ratio."""
    best, ratio, layered = answer.best, answer.best_ratio, answer.per_layer
    text = (
        f"Dropout: in {base} one keep probability of {best.keep[0]:g} for all hidden layers has the best validation "
        f"accuracy, with {_tested(best)} on test; one for each layer, {_keep(layered)}, has {_tested(layered)} "
        f"({signed(answer.per_layer_gain)}). Without dropout it is {_tested(answer.before)}; the better of the two on "
        f"validation, keep {_keep(answer.chosen)}, changes that by {signed(answer.test_gain)}, "
        f"{verdict(answer.test_gain)}. {_ratios(answer.before, answer.chosen, answer.ratio_gain)} "
    )
    if ratio.name == best.name:
        return text + f"The same keep probability has the best ratio, {best.validation_ratio.mean:.3f} on validation."
    text += f"The best ratio on validation is that of keep {ratio.keep[0]:g}: {_ratio_of(ratio)}. "
    if answer.disagreeing:
        keeps = joined([f"{keep:g}" for keep in answer.disagreeing])
        text += f"For keep {keeps} the two disagree: a better ratio with a lower accuracy than keep {best.keep[0]:g}."
    return text


def both(answer: BothAnswer, size: SizeAnswer, dropout: DropoutAnswer) -> str:
    """Whether the two together are better than either alone."""
    one = answer.chosen
    beats = [name for name, less in (("size", answer.over_size), ("dropout", answer.over_dropout)) if less.low > 0]
    loses = [name for name, less in (("size", answer.over_size), ("dropout", answer.over_dropout)) if less.high < 0]
    if len(beats) == 2:
        conclusion = "together they are better than either alone"
    elif loses:
        conclusion = f"together they are worse than {joined(loses)} alone"
        conclusion += f" and better than {joined(beats)} alone" if beats else ""
    elif beats:
        conclusion = f"together they are better than {beats[0]} alone, and as good as the other as far as this shows"
    else:
        conclusion = "no clear difference from either alone"
    return (
        f"Both: the best smaller network with dropout on validation is {one.name}, {one.parameters:,} parameters, with "
        f"{_tested(one)} on test: {signed(answer.over_size)} against size alone ({size.after.name}), "
        f"{signed(answer.over_dropout)} against dropout alone ({dropout.chosen.name}), {signed(answer.over_original)} "
        f"against neither; {conclusion}."
    )


def cross_validation(answer: CrossValidated, examples: int) -> str:
    """What whoever has only the few examples would get."""
    picks = joined([f"{name} ({count})" for name, count in answer.picks.items()])
    return (
        f"With only the {examples} examples, {answer.folds}-fold cross-validation among {answer.candidates} candidates "
        f"picks {picks} in {answer.truth.subsets} subsets. It promises {percent(answer.estimate.mean)}; trained on all "
        f"{examples}, its picks reach {percent(answer.truth.mean)} on the validation images it never saw: "
        f"{signed(answer.loss)} against the candidate those images choose."
    )


def speed(rows: Sequence[Speed]) -> str:
    """What training side by side gained."""
    parts = [
        f"{row.gain:.1f} times as fast for {row.name} ({row.parameters:,} parameters: {row.alone:.2f} s alone, "
        f"{row.together:.2f} s as one of {row.replicas})"
        for row in rows
    ]
    return f"Speed: training side by side, against one at a time, in seconds of one core: {joined(parts)}."


def _tested(one: Configured) -> str:
    return "not tested" if one.test is None else percent(one.test.mean)


def _ratios(before: Configured, after: Configured, gain: Difference) -> str:
    if before.ratio is None or after.ratio is None:
        return ""
    return (
        f"The ratio test / train goes from {before.ratio.mean:.3f} to {after.ratio.mean:.3f} "
        f"(95% interval of the difference {gain.low:+.3f} to {gain.high:+.3f})."
    )


def _ratio_of(one: Configured) -> str:
    text = f"{one.name}, {one.validation_ratio.mean:.3f} with {percent(one.validation.mean)} of the images right"
    return text if one.validation.mean >= LEARNED else f"{text}, so it has hardly learned anything"


def _keep(one: Configured) -> str:
    return "/".join(f"{share:g}" for share in (one.keep if len(set(one.keep)) > 1 else one.keep[:1]))


def _p(value: float) -> str:
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"
