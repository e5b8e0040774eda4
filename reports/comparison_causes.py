"""Why one network learns faster than another: who does, what a step costs, what the layers have to do with it."""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import NamedTuple

from reports.comparison_data import ConvergenceComparison, shortest, speed
from search.convergence_data import Network
from spaces.layers import WEIGHTED, Activation, Dropout, Flatten

BUSY = 0.8  # of the time on the clock: with less of a processor than that, seconds say little
LIKE = 0.1  # two ratios nearer than that are called alike


def label(comparison: ConvergenceComparison, network: Network) -> str:
    """What a network is called: its study, and its trial where both are from one study."""
    first, second = comparison.networks
    return network.study if first.study != second.study else f"{network.study} trial {network.trial}"


def share(value: Fraction | float) -> str:
    """A bar as a percentage, with as many digits as it has: `95%`, `97.5%`."""
    return f"{100 * float(value):.6g}%"


def feature_maps(network: Network) -> list[tuple[int, ...]]:
    """The image, and what each layer but activations and flattening makes of it, the logits last."""
    layers, shapes = network.architecture.layers, network.architecture.shapes()
    passing = (Activation, Dropout, Flatten)
    return [
        shapes[0],
        *(shape for layer, shape in zip(layers, shapes[1:], strict=True) if not isinstance(layer, passing)),
    ]


class Contest(NamedTuple):
    """One way to ask which network learns faster, and what it took each of the two, on average over the seeds."""

    question: str
    iterations: tuple[float, float]
    seconds: tuple[float, float]

    @property
    def faster(self) -> int | None:
        """Who needs fewer iterations: 0 or 1, None where both need as many."""
        first, second = self.iterations
        return None if first == second else 0 if first < second else 1


def contests(comparison: ConvergenceComparison) -> list[Contest]:
    """Every way to ask to which all seeds of both networks give an answer."""
    first, second = comparison.networks
    pairs = [("with its own recipe", comparison.of(first, "own")[0], comparison.of(second, "own")[0])]
    for one, other in zip(comparison.of(first, "constant"), comparison.of(second, "constant"), strict=True):
        pairs.append((f"at a constant learning rate of {one.recipe.learning_rate:g}", one, other))
    found = []
    for how, one, other in pairs:
        for bar in (comparison.bar, comparison.easy_bar):
            a, b = speed(comparison, one, bar), speed(comparison, other, bar)
            whole = a.reached == a.seeds and b.reached == b.seeds
            if whole and a.iterations and b.iterations and a.seconds and b.seconds:
                iterations, seconds = (a.iterations.mean, b.iterations.mean), (a.seconds.mean, b.seconds.mean)
                found.append(Contest(f"to {share(bar)} {how}", iterations, seconds))
    a_run, b_run = shortest(comparison, first), shortest(comparison, second)
    if a_run is not None and b_run is not None:
        steps = (float(a_run.iterations), float(b_run.iterations))
        alone = (steps[0] * comparison.timing(first).median, steps[1] * comparison.timing(second).median)
        found.append(Contest(f"by the shortest schedule that ends over {share(comparison.bar)}", steps, alone))
    return found


def verdict(comparison: ConvergenceComparison) -> str:
    """Who is faster, question by question, in iterations and in seconds."""
    names = [label(comparison, network) for network in comparison.networks]
    found = contests(comparison)
    if not found:
        return "No time to convergence can be compared: under no recipe do all seeds of both networks get there."
    return f"Which one learns faster: {'; '.join(f'{one.question}, {_faster(names, one)}' for one in found)}."


def _faster(names: list[str], contest: Contest) -> str:
    iterations, seconds = _lead(contest.iterations), _lead(contest.seconds)
    if contest.faster is None:
        return f"both after as many iterations, {names[seconds[0]]} by a factor of {seconds[1]:.2f} in seconds"
    if iterations[0] == seconds[0]:
        return f"{names[iterations[0]]} (by a factor of {iterations[1]:.2f} in iterations, {seconds[1]:.2f} in seconds)"
    return " and ".join(
        f"{names[faster]} by a factor of {factor:.2f} in {what}"
        for (faster, factor), what in ((iterations, "iterations"), (seconds, "seconds"))
    )


def _lead(efforts: tuple[float, float]) -> tuple[int, float]:
    """Who needs less (the first where both need as much), and by which factor."""
    faster = 0 if efforts[0] <= efforts[1] else 1
    return faster, efforts[1 - faster] / efforts[faster] if efforts[faster] else 1.0


def per_step(comparison: ConvergenceComparison) -> str:
    """What a step costs each network, and whether its multiply-adds explain that."""
    first, second = comparison.networks
    timings = [comparison.timing(network) for network in comparison.networks]
    slower, macs = timings[1].median / timings[0].median, second.macs / first.macs
    steps = " and ".join(
        f"{timing.median * 1e3:.3g} ms for {label(comparison, network)}"
        for network, timing in zip(comparison.networks, timings, strict=True)
    )
    values = [sum(prod(shape) for shape in one.architecture.shapes()[1:]) for one in comparison.networks]
    if abs(slower / macs - 1) <= LIKE:
        said = "time goes with the multiply-adds"
    else:
        said = (
            f"{'less' if slower < macs else 'more'} than the multiply-adds alone would say, for each value of a map "
            f"costs time too ({values[0]:,} and {values[1]:,} an image, activations included), and so does each layer"
        )
    share_of_cpu = min(timing.cpu_share for timing in timings)
    busy = (
        f" The machine had other work meanwhile (this process got {share_of_cpu:.0%} of a processor), so there are too "
        "many of them; blocks of both in turn keep their ratio fair."
        if share_of_cpu < BUSY
        else ""
    )
    return (
        f"A training step of {timings[0].batch_size} images takes {steps} (one network alone on {timings[0].cores} "
        f"core{'s' if timings[0].cores > 1 else ''}, median of {len(timings[0].seconds_per_step)} blocks of "
        f"{timings[0].steps} steps, of each in turn): a ratio of {slower:.2f}, at {macs:.2f} times the multiply-adds; "
        f"{said}. Seconds to convergence are iterations times this.{busy}"
    )


def why(comparison: ConvergenceComparison) -> str:
    """What the layers have to do with it, and whether depth explains who is slower."""
    parts, deep = [], []
    for network in comparison.networks:
        deep.append(sum(isinstance(layer, WEIGHTED) for layer in network.architecture.layers))
        inner = feature_maps(network)[1:-1]
        narrowest = min(inner, key=prod, default=network.architecture.input_shape)
        parts.append(
            f"in {label(comparison, network)} a gradient passes through {deep[-1]} layers with weights and the "
            f"narrowest inner map holds {prod(narrowest)} values ({'x'.join(map(str, narrowest))})"
        )
    return f"Why: {'; '.join(parts)}.{_cause(comparison, deep)}"


def _cause(comparison: ConvergenceComparison, deep: list[int]) -> str:
    """Depth is named as the cause only where every contest has the deeper network behind."""
    found = contests(comparison)
    if not found or deep[0] == deep[1]:
        return ""
    deeper = 0 if deep[0] > deep[1] else 1
    name = label(comparison, comparison.networks[deeper])
    behind = sum(one.faster == 1 - deeper for one in found)
    if behind == len(found):
        return (
            f" In all {len(found)} of these comparisons the deeper one, {name}, needs more iterations: its layers must "
            "find features for one another before any of them helps, and what its narrowest map leaves out no later "
            "layer can bring back."
        )
    if behind == 0:
        return (
            f" In none of these {len(found)} comparisons does the deeper one, {name}, need more iterations: its layers "
            "build on one another, and at these sizes that outweighs the longer way of the gradient."
        )
    return (
        f" The deeper one, {name}, needs more iterations in {behind} of these {len(found)} comparisons and not in the "
        "others: depth alone does not decide who learns faster here, the learning rate and its schedule do as much."
    )
