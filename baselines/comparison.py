"""Question 5.3: which strategy for the sum works better, and why, from the results of both."""

from __future__ import annotations

import msgspec
import numpy as np

from baselines.curves import Spread
from baselines.results import Result
from baselines.settings import SAMPLE_PAIRS
from baselines.sums import DIRECT, MEASURE, PAIR, confusion_of, recalls
from baselines.words import beyond_seeds, joined, percent, points, with_range

NAMES: dict[str, str] = {DIRECT: "learning the sum directly", PAIR: "predicting both digits and adding"}


class Sample(msgspec.Struct, frozen=True):
    """Test accuracy of the sum after so many pairs were seen."""

    model: str
    pairs: int
    accuracy: Spread
    seeds: int


class Comparison(msgspec.Struct, frozen=True):
    """Both strategies, measured alike."""

    direct: Result
    pair: Result

    @property
    def results(self) -> tuple[Result, Result]:
        """Both results, direct first."""
        return self.direct, self.pair


def compare(direct: Result | None, pair: Result | None) -> Comparison | None:
    """Both results together, None unless both are finished and measured with the same settings on as many pairs."""
    if direct is None or pair is None or direct.interrupted or pair.interrupted:
        return None
    if direct.settings != pair.settings or direct.curves[0].test_total != pair.curves[0].test_total:
        return None
    return Comparison(direct, pair)


def samples(result: Result) -> list[Sample]:
    """Sample efficiency: the accuracy after each of `SAMPLE_PAIRS`, those the run has reached, and after all pairs."""
    settings = result.settings
    found: list[Sample] = []
    whole = settings.iterations * settings.batch_size
    for pairs in (*(pairs for pairs in SAMPLE_PAIRS if pairs < whole), whole):
        curves = result.of(result.baseline)
        values = [curve.at(settings.iterations_for(pairs), "test", MEASURE) for curve in curves]
        measured = [value for value in values if value is not None]
        if measured:
            found.append(Sample(result.baseline, pairs, Spread.of(measured), len(measured)))
    return found


def explain(comparison: Comparison) -> str:
    """Question 5.3 in sentences made from the figures."""
    parts = (_winner, _sample_efficiency, _labels, _errors, _independence)
    return " ".join(part(comparison) for part in parts)


def final(result: Result, measure: str = MEASURE) -> Spread:
    """Test accuracy at the end of training, over the seeds."""
    return Spread.of(curve.final("test", measure) for curve in result.of(result.baseline))


def _winner(comparison: Comparison) -> str:
    ranked = sorted(comparison.results, key=lambda result: final(result).mean, reverse=True)
    first, second = (final(result) for result in ranked)
    seeds = comparison.direct.settings.seeds
    settings = comparison.direct.settings
    parameters = joined([f"{result.architectures[result.baseline].parameters:,}" for result in comparison.results])
    return (
        f"On the same {comparison.direct.curves[0].test_total:,} test pairs, after"
        f" {settings.iterations * settings.batch_size:,} training pairs, {NAMES[ranked[0].baseline]} reaches"
        f" {with_range(first, seeds)}, {NAMES[ranked[1].baseline]} {with_range(second, seeds)}: a difference of"
        f" {points(first.mean - second.mean)}, {beyond_seeds(first, second, seeds)}. The networks have {parameters}"
        " parameters and differ in the last layer alone."
    )


def _sample_efficiency(comparison: Comparison) -> str:
    rows = [
        f"{percent(one.accuracy.mean)} against {percent(other.accuracy.mean)} after {one.pairs:,} pairs"
        for other, one in zip(samples(comparison.direct), samples(comparison.pair), strict=True)
    ]
    return f"Both digits against the sum: {joined(rows)}."


def _labels(comparison: Comparison) -> str:
    shares = np.asarray(comparison.direct.sum_distribution)
    # Digits are close to uniform, so the pairs behind each sum are counted as equally likely.
    digits = (len(shares) + 1) // 2
    behind = np.convolve(np.ones(digits, int), np.ones(digits, int))
    frequent = int(behind.argmax())
    wins = final(comparison.pair).mean > final(comparison.direct).mean
    return (
        f"{'The labels say why' if wins else 'The labels alone would have said otherwise'}: a sum carries"
        f" {_bits(shares):.2f} bits, the two digits up to {2 * np.log2(digits):.2f}. {behind[frequent]} different pairs"
        f" of digits share the label {frequent}, so the network that learns sums must find the shapes of {digits}"
        f" digits behind {len(shares)} labels of which few name a digit, while the other is told both and its addition"
        " needs no learning."
    )


def _errors(comparison: Comparison) -> str:
    sentences = []
    for result in comparison.results:
        confusion = confusion_of(result)
        wrong = confusion.sum() - np.trace(confusion)
        if wrong == 0:
            sentences.append(f"{NAMES[result.baseline]} makes no mistake")
            continue
        truth, answer = np.indices(confusion.shape)
        near = confusion[np.abs(truth - answer) == 1].sum()
        each = recalls(confusion)
        worst = int(np.nanargmin(each))
        sentences.append(
            f"{NAMES[result.baseline]} is off by one in {percent(near / wrong)} of its {wrong:,} mistakes and worst at"
            f" the sum {worst} ({percent(each[worst])} right)"
        )
    return f"Where they err: {'; '.join(sentences)}."


def _independence(comparison: Comparison) -> str:
    first, second, pair, total = (final(comparison.pair, name).mean for name in ("first", "second", "pair", MEASURE))
    return (
        f"With two heads the first digit is right in {percent(first)}, the second in {percent(second)}; if they erred"
        f" independently both would be in {percent(first * second)}, and they are in {percent(pair)}. Errors that"
        f" cancel add {points(total - pair)} to the sum."
    )


def _bits(shares: np.ndarray) -> float:
    """Entropy in bits."""
    positive = shares[shares > 0]
    return float(-(positive * np.log2(positive)).sum())
