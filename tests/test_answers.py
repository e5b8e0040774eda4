"""The theoretical answers: complete, their checks hold, and the checks notice wrong answers."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from reports.answers import Answer, Check, CheckResult, convolution_matrix, dead_filter, theory_answers
from reports.answers import theory_1_convolution as convolution
from reports.answers import theory_4_counts as counts
from reports.answers.results import read_checks
from tests.trials import run

NUMBERS = ("1.1", "1.2.1", "1.2.2", "2.1", "2.2", "3.1", "3.2", "4.1", "4.2", "4.3")
CHECKS = [
    pytest.param(check, id=f"{answer.number}: {check.claim}") for answer in theory_answers() for check in answer.checks
]


def correlation(
    f: convolution.Signal, g: convolution.Signal, at: convolution.Indices, over: convolution.Indices
) -> convolution.Values:
    """What a convolution becomes when the flip is forgotten."""
    return g(at[:, None] + over) @ f(over)


def weighted(
    f: convolution.Signal, g: convolution.Signal, at: convolution.Indices, over: convolution.Indices
) -> convolution.Values:
    """An operation that treats places differently."""
    return at * convolution.convolution(f, g, at, over)


WRONG: dict[str, Callable[[], CheckResult]] = {
    "1.1 periodic, no flip": partial(convolution.check_translation, convolution.periodic, correlation),
    "1.1 zero-extended, no flip": partial(convolution.check_translation, convolution.zero_extended, correlation),
    "1.1 depends on the place": partial(convolution.check_translation, convolution.periodic, weighted),
    "1.1 dot product without flip": partial(convolution.check_dot_products, correlation),
    "1.2.1 one too few": partial(convolution.check_output_length, lambda n, k: n - k),
    "1.2.1 full convolution": partial(convolution.check_output_length, lambda n, k: n + k - 1),
    "1.2.2 as long as the signal": partial(convolution.check_equal_lengths, lambda n, _: n),
    "2.1 leaky ReLU": partial(dead_filter.check_gradients, activation="leaky_relu"),
    "2.1 one positive response": partial(dead_filter.check_gradients, margin=-1e-3),
    "2.1 right derivative at 0": partial(dead_filter.check_derivative_at_zero, 1.0),
    "2.2 leaky ReLU": partial(dead_filter.check_gradient_descent, activation="leaky_relu", steps=3),
    "2.2 one positive response": partial(dead_filter.check_gradient_descent, margin=-1e-3, steps=3),
    "2.2 momentum with the first step": partial(dead_filter.check_momentum, lambda mu: 1 / (1 - mu)),
    "2.2 momentum, leaky ReLU": partial(dead_filter.check_momentum, activation="leaky_relu", steps=50),
    "2.2 only the filter decays": partial(dead_filter.check_decay_of_both, decay_bias=False, steps=50),
    "2.2 both decay": partial(dead_filter.check_decay_of_filter_only, decay_bias=True, steps=50),
    "3.1 no flip": partial(
        convolution_matrix.check_matrix, lambda signal, k: convolution_matrix.convolution_matrix(signal, k)[:, ::-1]
    ),
    "3.1 image, no flip": partial(
        convolution_matrix.check_image_matrix,
        lambda image, p, q: convolution_matrix.image_convolution_matrix(image, p, q)[:, ::-1],
    ),
    "3.2 not read backwards": partial(
        convolution_matrix.check_correlation, lambda signal, g: np.correlate(signal, g, mode="valid")
    ),
    "3.2 convolution for correlation": partial(
        convolution_matrix.check_fft, lambda signal, g: np.convolve(signal, g, mode="valid")
    ),
    "3.2 input, no flip": partial(convolution_matrix.check_input_gradient, np.convolve),
    "4.1 no biases": partial(counts.check_convolution, lambda filters, h, w, c: filters * h * w * c),
    "4.1 one channel": partial(counts.check_convolution, lambda filters, h, w, _: filters * h * w + filters),
    "4.2 no biases": partial(counts.check_dense, lambda inputs, outputs: inputs * outputs),
    "4.3 one an image": partial(counts.check_constraints, lambda images, _: images),
}


def test_every_theoretical_question_is_answered_in_order() -> None:
    answers = theory_answers()
    assert tuple(answer.number for answer in answers) == NUMBERS
    for answer in answers:
        assert answer.question.endswith((".", "?"))
        assert answer.body.strip()
        assert answer.checks


@pytest.mark.parametrize("check", CHECKS)
def test_the_claim_holds(check: Check) -> None:
    result = check.run()
    assert result.holds, result.observed
    assert any(character.isdigit() for character in result.observed), "a check reports what it measured"


@pytest.mark.parametrize("run", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_answer_is_noticed(run: Callable[[], CheckResult]) -> None:
    result = run()
    assert not result.holds, result.observed


@pytest.mark.parametrize(
    ("number", "count"),
    [
        ("4.1", counts.convolution_parameters(96, 5, 5, 3)),
        ("4.2", counts.dense_parameters(4 * 4 * 256, 4 * 4 * 256)),
        ("4.3", counts.constraints(10_000, 1_000)),
    ],
)
def test_the_text_states_the_computed_count(number: str, count: int) -> None:
    (body,) = (answer.body for answer in theory_answers() if answer.number == number)
    assert f"*{count:,}*" in body


def test_reading_the_answers_does_not_import_tensorflow() -> None:
    code = "import sys, reports.answers as a; a.theory_answers(); sys.exit('tensorflow' in sys.modules)"
    root = Path(__file__).parent.parent
    subprocess.run([sys.executable, "-c", code], cwd=root, check=True)


def test_the_bodies_compile_with_typst(tmp_path: Path) -> None:
    typst = pytest.importorskip("typst")
    source = tmp_path / "answers.typ"
    source.write_text("\n".join(answer.body for answer in theory_answers()), encoding="utf-8")
    assert typst.compile(str(source)).startswith(b"%PDF")


def test_the_command_checks_a_group_without_keeping_anything(tmp_path: Path) -> None:
    found = run("theory", "1.2", "--runs-dir", str(tmp_path))
    assert found.exit_code == 0, found.output
    assert "820 of 820" in found.stdout
    assert "1.1 " not in found.stdout
    assert not list(tmp_path.iterdir())


def test_the_command_keeps_what_all_checks_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.answers.theory_answers", convolution.answers)  # the others take their time
    assert run("theory", "--runs-dir", str(tmp_path)).exit_code == 0
    kept = read_checks(tmp_path / "theory")
    assert kept is not None
    assert [(one.number, one.claim, one.holds) for one in kept] == [
        (answer.number, check.claim, True) for answer in convolution.answers() for check in answer.checks
    ]


def test_a_claim_that_does_not_hold_is_kept_and_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = Answer("1.1", "Is it so?", "No.", (Check("It is so.", lambda: CheckResult(False, "7 of 9")),))
    monkeypatch.setattr("reports.answers.theory_answers", lambda: (wrong,))
    found = run("theory", "--runs-dir", str(tmp_path))
    assert found.exit_code == 1
    assert "FAILS" in found.stdout
    kept = read_checks(tmp_path / "theory")
    assert kept is not None
    assert not kept[0].holds


@pytest.mark.parametrize("number", ["9", "1.1.1", "x", "", "1.1x"])
def test_a_number_that_no_question_has_is_one_line(tmp_path: Path, number: str) -> None:
    found = run("theory", number, "--runs-dir", str(tmp_path))
    assert found.exit_code == 1
    assert found.stderr.startswith("error: expected the number of a theoretical question")
