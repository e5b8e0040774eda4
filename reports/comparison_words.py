"""What a comparison of training speed says, in sentences: every number and every judgement in them is worked out."""

from __future__ import annotations

import math
from fractions import Fraction

from reports.comparison_causes import feature_maps, label, per_step, share, verdict, why
from reports.comparison_data import (
    PASSES,
    ConvergenceComparison,
    Range,
    Speed,
    final_accuracy,
    shortest,
    speed,
)
from search.convergence_data import Network, Run

LATE = 0.5  # of a schedule: convergence after that is the learning rate's fall as much as the network's doing


def explain(comparison: ConvergenceComparison) -> tuple[str, ...]:
    """The findings, most important first, and what explains them."""
    return (
        verdict(comparison),
        _sizes(comparison),
        _own(comparison),
        *_shortest(comparison),
        *_constant(comparison),
        per_step(comparison),
        why(comparison),
        "Multiply-adds of training are an estimate: those of the forward pass, times "
        f"{PASSES} for forward and backward together. No test image was used.",
    )


def _sizes(comparison: ConvergenceComparison) -> str:
    parts = []
    for network in comparison.networks:
        maps = " - ".join("x".join(map(str, shape)) for shape in feature_maps(network))
        parts.append(
            f"{label(comparison, network)} (trial {network.trial}) has {network.parameters:,} parameters and computes "
            f"{network.macs:,} multiply-adds per image, each parameter used "
            f"{network.macs / network.parameters:.0f} times; its feature maps: {maps}"
        )
    first, second = comparison.networks
    ratio = f"{second.parameters / first.parameters:.2f} times the parameters and {second.macs / first.macs:.2f} times"
    return ". ".join(parts) + f". The second has {ratio} the multiply-adds of the first."


def _own(comparison: ConvergenceComparison) -> str:
    found = {network: comparison.of(network, "own")[0] for network in comparison.networks}
    parts = [_reached(comparison, network, run, comparison.bar) for network, run in found.items()]
    text = f"With its own recipe, {'; '.join(parts)}. {_winner(comparison, list(found.values()), comparison.bar)}"
    shares = [
        one.iterations.mean / run.iterations
        for run in found.values()
        if (one := speed(comparison, run, comparison.bar)).iterations is not None
    ]
    if shares and min(shares) > LATE:
        text += (
            f" Both lie in the last part of the schedule (from {min(shares):.0%} of it on): networks this small pass "
            "the bar only as the learning rate falls, so this figure follows the length of the schedule."
        )
    easy = [_reached(comparison, network, run, comparison.easy_bar) for network, run in found.items()]
    return f"{text} At twice the errors, {'; '.join(easy)}."


def _shortest(comparison: ConvergenceComparison) -> list[str]:
    parts, runs = [], []
    for network in comparison.networks:
        run = shortest(comparison, network)
        tried = sorted(
            {one.recipe.epochs for one in (*comparison.of(network, "own"), *comparison.of(network, "length"))}
        )
        name, lengths = label(comparison, network), ", ".join(map(str, tried))
        if run is None:
            parts.append(f"{name} ends under it on average with every length tried ({lengths} epochs)")
            continue
        runs.append(run)
        images = run.iterations * run.batch_size
        seconds = run.iterations * comparison.timing(network).median
        macs = PASSES * network.macs * images
        parts.append(
            f"{name} needs {run.recipe.epochs} epochs ({run.iterations:,} iterations, {images:,} images, "
            f"{seconds:.3g} s, {macs:.2e} multiply-adds; of {lengths} tried) and ends at "
            f"{_percent(final_accuracy(run))}"
        )
    return [
        "What does not depend on a schedule's length is the shortest one that still ends over "
        f"{share(comparison.bar)} on average: {'; '.join(parts)}."
    ]


def _constant(comparison: ConvergenceComparison) -> list[str]:
    first, second = comparison.networks
    sentences = []
    for one, other in zip(comparison.of(first, "constant"), comparison.of(second, "constant"), strict=True):
        bar, rate = comparison.bar, one.recipe.learning_rate
        if speed(comparison, one, bar).reached == speed(comparison, other, bar).reached == 0:
            bar = comparison.easy_bar
        parts = [_reached(comparison, network, run, bar) for network, run in ((first, one), (second, other))]
        sentences.append(
            f"With the same constant learning rate of {rate:g} for both, {'; '.join(parts)}. "
            f"{_winner(comparison, [one, other], bar)}"
        )
    return sentences


def _reached(comparison: ConvergenceComparison, network: Network, run: Run, bar: Fraction) -> str:
    found, name = speed(comparison, run, bar), label(comparison, network)
    if found.iterations is None:
        return f"{name} stays over {share(bar)} with none of {found.seeds} seeds in {run.iterations:,} iterations"
    seeds = f"{found.reached} of {found.seeds} seeds"
    return (
        f"{name} stays over {share(bar)} after {_numbers(found.iterations, ',.0f')} iterations "
        f"({_figure(found)}; {seeds})"
    )


def _figure(found: Speed) -> str:
    if found.images is None or found.seconds is None or found.macs is None:
        return "-"
    return f"{found.images.mean:,.0f} images, {found.seconds.mean:.3g} s, {found.macs.mean:.2e} multiply-adds"


def _winner(comparison: ConvergenceComparison, runs: list[Run], bar: Fraction) -> str:
    """Who is faster in iterations, in seconds and in multiply-adds, and whether the seeds bear it out."""
    found = [speed(comparison, run, bar) for run in runs]
    names = [label(comparison, network) for network in comparison.networks]
    if any(one.reached < one.seeds for one in found):
        most = max(one.reached for one in found)
        if found[0].reached == found[1].reached:
            return (
                f"Not every seed gets there ({most} of {found[0].seeds} each), so no time to convergence is compared."
            )
        better = names[0] if found[0].reached == most else names[1]
        return f"Not every seed gets there: {better} is the more dependable."
    verdicts = []
    for measure, word in (("iterations", "iterations"), ("seconds", "seconds"), ("macs", "multiply-adds")):
        pair = [getattr(one, measure) for one in found]
        faster = 0 if pair[0].mean <= pair[1].mean else 1
        ratio = pair[1 - faster].mean / pair[faster].mean if pair[faster].mean else 1.0
        apart = pair[faster].high < pair[1 - faster].low
        sure = "every seed of it before any of the other" if apart else "the seeds' ranges overlap"
        verdicts.append(f"{names[faster]} by a factor of {ratio:.2f} in {word} ({sure})")
    return f"Faster: {'; '.join(verdicts)}."


def _numbers(values: Range, form: str) -> str:
    return f"{values.mean:{form}} ({values.low:{form}} - {values.high:{form}})"


def _percent(values: Range) -> str:
    """Rounded down: nothing that misses the bar may look as if it met it."""
    mean, low, high = (f"{math.floor(value * 1e4 + 1e-6) / 100:.2f}%" for value in values)
    return f"{mean} ({low} - {high})"
