"""What the page is made of: plots as data, confusions, filters, pictures, diagrams."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from reports.page.answers import commonest, confusion, misread
from reports.page.data import gather
from reports.page.diagram import diagram
from reports.page.pictures import signed
from reports.page.plots import pareto_plot
from reports.page.weights import layer_maps
from search.artifacts import ArtifactError, Predictions
from search.constraint import Constraint
from tests.page_studies import retrained_study, weights
from tests.trials import NETWORK


def test_the_pareto_plot_has_every_measured_trial_once_and_tells_what_it_is(tmp_path: Path) -> None:
    rows = gather(retrained_study(tmp_path)).rows
    plot = pareto_plot(rows, Constraint.parse("val_accuracy >= 0.95"), Constraint.parse("val_accuracy >= 0.96"))
    assert plot is not None
    traces = {trace["name"]: trace for trace in plot["data"]}
    assert traces["qualifies"]["customdata"] == [1, 0]
    assert traces["does not qualify"]["customdata"] == [2]
    assert traces["confirmed, on test"]["x"] == [253]
    assert traces["incumbent"]["x"] == [253]
    text = traces["qualifies"]["text"][0]
    for part in ("trial 1: 253 parameters", "conv 5x4 x3", "36,180 MACs", "4 x 1,000", "test 99.85 %", "2 x 1,000"):
        assert part in text


@given(arrays(np.int32, 30, elements=st.integers(0, 4)), arrays(np.int32, (3, 30), elements=st.integers(0, 4)))
def test_confusion_counts_every_answer(labels: np.ndarray, given_answers: np.ndarray) -> None:
    none = np.zeros((0, 2, 2, 1), np.uint8)
    counts = confusion(Predictions(labels, given_answers, np.zeros(0, np.int32), none))
    assert counts.sum() == given_answers.size
    assert np.trace(counts) == (given_answers == labels).sum()
    mistakes = commonest(counts, 100)
    assert sum(count for _, _, count in mistakes) == (given_answers != labels).sum()
    assert [count for *_, count in mistakes] == sorted((count for *_, count in mistakes), reverse=True)


def test_a_misread_image_shows_the_commonest_wrong_answer() -> None:
    labels, given_answers = np.array([4, 1]), np.array([[9, 1], [9, 1], [7, 1], [4, 1]])
    (one,) = misread(Predictions(labels, given_answers, np.array([0]), np.zeros((1, 2, 2, 1), np.uint8)))
    assert (one.label, one.answer, one.wrong, one.seeds) == (4, 9, 3, 4)


def test_filters_are_the_weights_they_show() -> None:
    given_weights = weights()
    conv, dense = layer_maps(NETWORK, given_weights)
    assert [one.title for one in conv.maps] == ["filter 1", "filter 2", "filter 3"]
    assert np.array_equal(conv.maps[1].values, given_weights[0][:, :, 0, 1])
    assert np.array_equal(dense.maps[0].values, given_weights[2].T)
    assert conv.scale == pytest.approx(np.abs(given_weights[0]).max())
    with pytest.raises(ArtifactError):
        layer_maps(NETWORK, given_weights[:1])
    with pytest.raises(ArtifactError):
        layer_maps(NETWORK, given_weights[2:] * 2)


def test_a_picture_of_weights_copes_with_nothing_and_with_what_diverged() -> None:
    assert signed(np.zeros((2, 2)), 0.0).startswith("data:image/png")
    assert signed(np.array([[np.nan, np.inf], [1.0, -1.0]]), 1.0) != signed(np.zeros((2, 2)), 1.0)


def test_the_diagram_names_every_layer_and_what_it_leaves() -> None:
    svg = diagram(NETWORK)
    for row in NETWORK.counts():
        assert row.label in svg
    for part in ("28 x 28 x 1", "24 x 25 x 3, 63 parameters", "18 values", "10 values, 190 parameters"):
        assert part in svg
