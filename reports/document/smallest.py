"""The smallest network of a space: how it was searched for, how its parameters are counted, how it trains."""

from __future__ import annotations

from functools import partial

from baselines.architectures import original
from baselines.words import joined
from reports.curves import Band
from reports.document.blocks import Block, Code, Missing, Paragraph, Plot, Strong, paragraph
from reports.document.drawing import losses, pareto_plot
from reports.document.practical_1 import CLASSES, MNIST_SHAPE
from reports.document.sources import Sources
from reports.document.studies import ASKED, ASSIGNED_DATASET, StudyFacts
from reports.document.wording import count_table, how_counted
from reports.words import basis, percent, spread
from search.leaderboard import Row, nearest, qualifying
from search.margin import aimed_at

LEFT_OVER = 0.05  # nats: a loss above that is one of images that are not fitted
SPACE_TEXT = {
    "shallow": "exactly one convolution, optional pooling and one fully-connected layer",
    "deep": "the layers of the original network (convolution, pooling, convolution, pooling, two fully-connected "
    "layers) with every size free",
    "deep-open": "two or three convolutions of any kind, any pooling, fully-connected layers or none",
}


def search(sources: Sources, study: StudyFacts) -> list[Block]:
    """What was searched, which study this is, and what came out."""
    config, rows = study.study.config, study.rows
    found = len(qualifying(rows))
    images = max((row.val_images for row in rows), default=0)
    aim = f"{float(aimed_at(config, images).bar):.2%}" if images else "the bar"
    others = [one.study.name for one in sources.studies[config.space][1:]]
    said = [
        f"The study {study.study.name} searched the space {config.space} ({SPACE_TEXT[config.space]}) on "
        f"{config.dataset} with seed {config.seed}: {len(rows)} trials were finished, each trained with "
        f"{config.replicas} seeds or more. {found} of them {'qualifies' if found == 1 else 'qualify'}: over its seeds "
        f"the mean validation accuracy reaches {aim}, which is {config.constraint} with the study's margin for the "
        "noise of choosing."
    ]
    if others:
        said.append(
            f" Of {len(others) + 1} studies of this space it has the smallest winner that counts here (the others: "
            f"{joined(others)})."
        )
    if config.dataset != ASSIGNED_DATASET:
        said.append(
            f" Its images are those of {config.dataset}, not MNIST, so it answers the question only by analogy."
        )
    if study.constraint.bar < ASKED:
        said.append(
            f" It asked for {float(study.constraint.bar):.2%}, less than the {float(ASKED):.0%} of the question."
        )
    blocks: list[Block] = [paragraph(*said)]
    if any(row.val_accuracy_mean is not None for row in rows):
        blocks.append(
            Plot(
                partial(pareto_plot, study),
                f"All trials of {study.study.name}: free parameters against accuracy, each with the range of its seeds "
                f"on {images:,} validation images; triangles: retrained with fresh seeds and judged on test.",
            )
        )
    return blocks


def no_winner(sources: Sources, study: StudyFacts) -> Missing:
    """Why there is no network to show, and what to run."""
    name, best = study.study.name, nearest(study.rows)
    near = ""
    if best is not None:
        accuracy = spread(best.val_accuracy_min, best.val_accuracy_mean, best.val_accuracy_max)
        near = (
            f" The nearest is trial {best.trial} with {best.parameters:,} parameters: {accuracy} on "
            f"{basis(best.replicas, best.val_images)} validation images."
        )
    words = ("search", study.study.config.space, "--study", name, "--dataset", study.study.config.dataset)
    return Missing(
        f"No trial of {name} qualifies so far, of {len(study.rows)} finished.{near} The search goes on with:",
        (sources.command(*words),),
    )


def count(study: StudyFacts, winner: Row, space: str) -> list[Block]:
    assert study.trial is not None
    architecture = study.trial.info.architecture
    whole = original(MNIST_SHAPE, CLASSES).parameters
    factor = ""
    if space != "shallow":
        factor = f" That is 1 / {whole / winner.parameters:,.0f} of the original network's {whole:,}."
    return [
        paragraph(
            "The network has ",
            Strong(f"{winner.parameters:,} free parameters"),
            f": {architecture.name} (trial {winner.trial} of {study.study.name}).{factor}",
        ),
        _accuracy(study, winner),
        count_table(architecture, f"The free parameters of the smallest {space} network, counted layer by layer."),
        how_counted(architecture, again=True),
    ]


def _accuracy(study: StudyFacts, winner: Row) -> Paragraph:
    """What the network reaches on validation and on test, and what speaks against it."""
    validation = spread(winner.val_accuracy_min, winner.val_accuracy_mean, winner.val_accuracy_max)
    said = [
        f"On validation images it reaches {validation} ({basis(winner.replicas, winner.val_images)}, seeds x images). "
    ]
    if winner.confirmed is None:
        return paragraph(*said, Strong("It has not been retrained and judged on the test set yet."))
    test = spread(winner.test_accuracy_min, winner.test_accuracy_mean, winner.test_accuracy_max)
    bound = (
        ""
        if winner.test_lower_bound is None
        else f", 95% lower bound over the seeds {percent(winner.test_lower_bound)}"
    )
    how = (
        ""
        if study.confirmation is None
        else f" for {study.confirmation.epochs} epochs"
        + (" on training and validation images together" if study.confirmation.full_training_set else "")
    )
    said.append(
        f"Trained from scratch with fresh seeds{how}, it reaches {test} on the test set "
        f"({basis(winner.test_seeds, winner.test_images)}{bound}): "
    )
    verdict = "confirmed" if winner.confirmed else f"not confirmed for {study.study.config.constraint}"
    smaller = [row for row in study.refuted if row.parameters < winner.parameters]
    rest = "."
    if smaller:
        sizes = joined([f"{row.parameters:,}" for row in smaller])
        rest = f". Smaller networks that qualified on validation ({sizes} parameters) did not reach the bar on test."
    return paragraph(*said, Strong(verdict), rest)


def training(sources: Sources, study: StudyFacts, winner: Row) -> list[Block]:
    curves = study.losses
    if curves is None or not (curves.training.epochs or curves.retraining):
        return [paragraph("No curve of its training was recorded.")]
    parts = []
    if curves.retraining is not None:
        last = curves.retraining.epochs[-1]
        parts.append(f"its {curves.seeds} retrainings over {last} epochs, every seed thin and their mean thick")
    if curves.training.epochs:
        parts.append(
            f"its {curves.replicas} replicas in the search, mean and range, where a trial ends as soon as its outcome "
            "is safe"
        )
    blocks: list[Block] = [
        Plot(
            partial(losses, curves),
            f"Loss (cross-entropy in nats, logarithmic axis) and accuracy of the network of {winner.parameters:,} "
            f"parameters against epochs: {'; '.join(parts)}.",
        )
    ]
    if curves.retraining is None and study.confirmation is not None:
        blocks.append(
            paragraph("The losses of its retraining, ", Code(study.confirmation.history), ", are not kept here.")
        )
    elif curves.retraining is None:
        command = sources.command("retrain", study.study.name, "--until-confirmed")
        blocks.append(Missing(f"Trial {winner.trial} has not been retrained on all training images.", (command,)))
    else:
        blocks.append(paragraph(_fall(curves.retraining)))
    return blocks


def _fall(band: Band) -> str:
    """How the training loss of the retrainings falls, and what is left of it."""
    first, last = band.mean[0], band.mean[-1]
    said = (
        f"In the retraining the mean training loss goes from {first:.3g} in the first epoch to {last:.3g} in epoch "
        f"{band.epochs[-1]}; the seeds end between {band.low[-1]:.3g} and {band.high[-1]:.3g}."
    )
    if last > LEFT_OVER:
        said += " It levels off above zero: a network this small cannot fit every training image, and hardly overfits."
    return said
