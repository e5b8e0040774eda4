"""Results: what a run promises, what lies on disk, and that the texts follow the figures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from baselines.architectures import linearised, original, softmax_regression, sum_network
from baselines.comparison import compare, explain, samples
from baselines.curves import Curve, Point, Spread
from baselines.linearity import Linearity
from baselines.question_2 import explain as explain_linear
from baselines.results import Result, read, save, set_aside, to_frame
from baselines.settings import BaselineError, BaselineName, Settings
from baselines.sums import imbalance
from baselines.tables import final_rows
from reports.baseline_data import Line, accuracy_lines, efficiency, measure_lines, mistakes, sum_shares, zoom
from reports.baseline_figures import baseline_figures, comparison_figures, save_figures
from spaces.architecture import Architecture

SHAPE = (28, 28, 1)
PNG = b"\x89PNG"


def digit_curve(model: str, seed: int, test: int, train: int = 900) -> Curve:
    points = (
        Point(0, 0.0, None, {"digit": 100}, {"digit": 50}),
        Point(20, 1.5, 0.7, {"digit": train}, {"digit": test}),
    )
    return Curve(model, seed, 1000, 500, points, ((test, 500 - test), (0, 0)))


def digit_result(linear: int = 400, whole: bool = True) -> Result:
    architecture = original(SHAPE, 10)
    curves = [digit_curve("original", seed, 480 + seed, train=990) for seed in (0, 1)]
    curves += [digit_curve("linear", seed, linear + seed, train=810) for seed in (0, 1)]
    curves += [digit_curve("softmax regression", seed, 399 + seed) for seed in (0, 1)]
    models = {
        "original": architecture,
        "linear": linearised(architecture),
        "softmax regression": softmax_regression(SHAPE, 10),
    }
    settings = Settings("digits", 20, 50, 20, seed=0, seeds=2)
    found = Linearity(1e-6, 2e-6, 350, 7850)
    return Result("linear", settings, "some digits", models, tuple(curves), not whole, linearity=found)


def sum_result(name: BaselineName, right: int, interrupted: bool = False) -> Result:
    """Digits 0 and 1, sums 0, 1, 2: `right` of 100 sums are right, the others off by one."""
    wrong = 100 - right
    main = {"sum": right}
    rest = {"pair": right, "first": 100 - wrong // 2, "second": 100 - wrong // 2} if name == "sum-pair" else {}
    points = tuple(
        Point(step, float(step), None if step == 0 else 1.0, {**main, **rest}, {**main, **rest})
        for step in (0, 100, 120)
    )
    confusion = ((25, 0, 0), (wrong, 50 - wrong, 0), (0, 0, 25))
    curves = tuple(Curve(name, seed, 100, 100, points, confusion) for seed in (0, 1))
    architectures: dict[str, Architecture] = {name: sum_network((28, 56, 1), 4 if rest else 3)}
    settings = Settings("digits", 120, 50, 500, 0, 2, "horizontal")
    return Result(name, settings, "digits", architectures, curves, interrupted, sum_distribution=(0.25, 0.5, 0.25))


def test_evaluations_are_even_and_include_both_ends() -> None:
    assert Settings("mnist").evaluations == tuple(range(0, 20_001, 500))
    assert len(Settings("mnist").evaluations) == 41
    assert Settings("mnist", 7, eval_every=3).evaluations == (0, 3, 6, 7)


def test_pairs_are_also_measured_where_their_sample_efficiency_is_asked() -> None:
    pairs = Settings("mnist", 2_000, 50, 1_000, axis="vertical")
    assert pairs.evaluations == (0, 100, 400, 1_000, 2_000)
    assert Settings("mnist", 300, 50, 500, axis="vertical").evaluations == (0, 100, 300)


@pytest.mark.parametrize("name", ["iterations", "batch_size", "eval_every", "seeds"])
def test_a_setting_below_one_is_refused(name: str) -> None:
    values: dict[str, Any] = {name: 0}
    with pytest.raises(BaselineError, match=f"expected {name} of at least 1, got 0"):
        Settings("mnist", **values)


def test_results_come_back_from_disk_as_they_were(tmp_path: Path) -> None:
    for result in (digit_result(), sum_result("sum-pair", 90)):
        save(result, tmp_path / result.baseline)
        assert read(tmp_path / result.baseline) == result
    assert read(tmp_path / "nowhere") is None


def test_a_damaged_result_is_one_line_that_says_so(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text("{")
    with pytest.raises(BaselineError, match=r"expected a baseline's result in .*; delete the file"):
        read(tmp_path)


def test_the_csv_has_a_row_for_each_point_split_and_measure() -> None:
    frame = to_frame(sum_result("sum-pair", 90))
    assert len(frame) == 2 * 3 * 2 * 4
    last = frame[(frame.iteration == 120) & (frame.split == "test") & (frame.measure == "sum")]
    assert (last.accuracy == 0.9).all()
    assert (last.images == 6000).all()


def test_finished_work_is_not_overwritten_by_something_else(tmp_path: Path) -> None:
    folder = tmp_path / "linear"
    save(digit_result(), folder)
    assert set_aside(digit_result(), folder) is None
    kept = set_aside(digit_result(whole=False), folder)
    assert kept == tmp_path / "linear.earlier-1"
    assert read(kept) == digit_result()
    assert not folder.exists()


def test_accuracies_are_summed_up_over_whole_curves_only() -> None:
    result = digit_result()
    short = Curve("original", 2, 1000, 500, result.curves[0].points[:1], ((0, 0), (0, 0)))
    cut = Result("original", result.settings, "", result.architectures, (*result.curves, short), True)
    rows = final_rows(cut)
    assert [row.model for row in rows] == ["original", "linear", "softmax regression"]
    assert rows[0].seeds == 2
    assert rows[0].test_accuracy == Spread(0.961, 0.96, 0.962)


def test_the_effect_of_linearity_is_told_by_the_figures() -> None:
    text = explain_linear(digit_result())
    assert "test accuracy falls from 96.10 % to 80.10 %, by 16.00 points" in text
    assert "1,111,946 parameters compute what one matrix and one bias of 7,850" in text
    assert "the linear network is 0.20 points above (no more than the seeds differ" in text
    assert "It gets 19.00 % of the training images and 19.90 % of the test images wrong" in text
    assert "underfitting" in text
    assert "test accuracy rises from 96.10 % to 98.10 %" in explain_linear(digit_result(linear=490))


def test_the_imbalance_of_sums_is_argued_with_the_figures() -> None:
    text = imbalance(sum_result("sum-direct", 90))
    assert "The sum 1 is 2.0 times as frequent as 0 (50.00 % and 25.00 %" in text
    assert "counted alike accuracy on test is 93.33 %, over the pairs 90.00 %: rare sums do not pay" in text


def test_strategies_are_compared_only_when_measured_alike() -> None:
    direct, pair = sum_result("sum-direct", 70), sum_result("sum-pair", 90)
    assert compare(direct, None) is None
    assert compare(sum_result("sum-direct", 70, interrupted=True), pair) is None
    comparison = compare(direct, pair)
    assert comparison is not None
    assert [(sample.pairs, sample.accuracy.mean) for sample in samples(pair)] == [(5000, 0.9), (6000, 0.9)]
    text = explain(comparison)
    assert "predicting both digits and adding reaches 90.00 %" in text
    assert "The labels say why" in text
    other = compare(sum_result("sum-direct", 95), pair)
    assert other is not None
    assert "The labels alone would have said otherwise" in explain(other)


def test_a_strategy_without_mistakes_can_be_told_and_drawn(tmp_path: Path) -> None:
    comparison = compare(sum_result("sum-direct", 100), sum_result("sum-pair", 100))
    assert comparison is not None
    assert "makes no mistake" in explain(comparison)
    assert len(save_figures(comparison_figures(comparison), tmp_path)) == 6


def test_bands_reach_from_the_smallest_to_the_largest_seed() -> None:
    lines = {(line.group, line.split): line for line in accuracy_lines(digit_result())}
    test = lines["original", "test"]
    assert list(test.iterations) == [0, 20]
    assert (test.low[-1], test.mean[-1], test.high[-1]) == pytest.approx((96.0, 96.1, 96.2))
    assert (test.seeds, test.images, lines["original", "train"].images) == (2, 500, 1000)


def test_the_enlarged_part_shows_the_late_lines_whole() -> None:
    lines: list[Line] = accuracy_lines(digit_result())
    low, high = zoom(lines)
    assert low < 79.8
    assert 99 < high <= 100.2


def test_plot_data_of_sums_is_what_was_counted() -> None:
    result = sum_result("sum-pair", 90)
    assert [(line.group, line.split) for line in measure_lines(result)] == [
        ("sum", "train"),
        ("sum", "test"),
        ("both digits", "test"),
        ("first digit", "test"),
        ("second digit", "test"),
    ]
    assert mistakes(result).tolist() == [[0, 0, 0], [20, 0, 0], [0, 0, 0]]
    assert sum_shares(result).test.tolist() == [25, 50, 25]
    comparison = compare(sum_result("sum-direct", 70), result)
    assert comparison is not None
    assert [found.wrong[0].mean for found in efficiency(comparison)] == pytest.approx([30, 10])


def test_every_baseline_gives_pictures_with_titles_axes_and_legends(tmp_path: Path) -> None:
    for result in (digit_result(), sum_result("sum-direct", 70), sum_result("sum-pair", 90)):
        figures = baseline_figures(result)
        for figure in figures.values():
            assert all(axes.get_ylabel() for axes in figure.axes)
        files = save_figures(figures, tmp_path / result.baseline)
        assert {file.suffix for file in files} == {".png", ".svg"}
        assert all(file.read_bytes().startswith(PNG) for file in files if file.suffix == ".png")
    first = (tmp_path / "linear" / "accuracy.svg").read_bytes()
    save_figures(baseline_figures(digit_result()), tmp_path / "again")
    assert (tmp_path / "again" / "accuracy.svg").read_bytes() == first
