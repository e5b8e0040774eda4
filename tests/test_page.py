"""The page: what it says of a study, that it is whole and needs nothing, and that nothing in a study becomes code."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from reports.page.data import StudyData, gather
from reports.page.render import render
from reports.page.view import study_view
from search.artifacts import WEIGHTS
from search.study import load_study
from tests.page_studies import hostile_study, large_study, retrained_study
from tests.trials import mixed_runs, run, study, trial

ROOT = Path(__file__).parent.parent
MEGABYTES_10 = 10_000_000


class Page(HTMLParser):
    """The elements of a page: how often each tag, attributes of every element, data for the script, text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.data: dict[str, object] = {}
        self.words: list[str] = []
        self._plot: str | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._plot = dict(attrs).get("data-plot") if tag == "script" else None

    def handle_endtag(self, tag: str) -> None:
        self._plot = None if tag == "script" else self._plot

    def handle_data(self, data: str) -> None:
        if self._plot is not None:
            self.data[self._plot] = json.loads(data, parse_constant=_refuse)
        else:
            self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is no JSON")


def page(*studies: StudyData, running: bool = False) -> Page:
    return Page(render(studies, datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), running))


@pytest.fixture(scope="module")
def winners(tmp_path_factory: pytest.TempPathFactory) -> StudyData:
    return gather(retrained_study(tmp_path_factory.mktemp("runs")))


def test_it_shows_the_leaderboard_and_what_the_winner_learned_and_misread(winners: StudyData) -> None:
    found = page(winners)
    for part in (
        "winners",
        "val_accuracy >= 0.95",
        "4 finished trials, 1 of them failed",
        "2 qualify on validation",
        "1 confirmed on test, 0 retrained but not confirmed",
        "95.77 % (95.10 - 96.50)",
        "99.85 % (99.80 - 99.90)",
        "5*4*1*3 + 3 = 63",
        "18*10 + 10 = 190",
        "failed: ResourceExhaustedError: no memory",
        "2 of 1,000 test images were misread by at least one of 2 networks",
        "3 read as 5 (2 of 2)",
        "4 read as 9 (1 of 2)",
    ):
        assert part in found.text, part
    assert len([row for row in found.all("tr") if "-row-" in (row.get("id") or "")]) == 4
    # Both seeds: three filters and a dense matrix each; two misread digits.
    assert len(found.all("img")) == 2 * 4 + 2
    assert all(image["alt"] and (image["src"] or "").startswith("data:image/png;base64,") for image in found.all("img"))


def test_every_plot_has_its_data_and_an_interpretation_in_words(winners: StudyData) -> None:
    found = page(winners)
    plots = {str(one["id"]): one for one in found.all("div") if one.get("class") == "plot"}
    assert set(plots) == set(found.data)
    assert {name.rpartition("-")[2] for name in plots} == {"pareto", "trials", "minutes", "loss", "accuracy"}
    assert all(one["aria-label"] for one in plots.values())


def test_it_needs_nothing_from_anywhere(winners: StudyData) -> None:
    found = page(winners)
    for _, attributes in found.elements:
        for name in ("src", "href", "srcset", "action", "poster", "data"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:")), attributes
    (policy,) = [one["content"] for one in found.all("meta") if one.get("http-equiv") == "Content-Security-Policy"]
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert not found.all("link")


def test_nothing_in_a_study_becomes_part_of_the_page(tmp_path: Path, winners: StudyData) -> None:
    folder = tmp_path / "<b onclick=alert(1)>x<"
    hostile_study(folder)
    ours, theirs = page(winners), page(gather(load_study(tmp_path, str(folder))))
    assert "window.hacked" in theirs.text  # said, not done
    kinds = {tag for tag, _ in ours.elements}
    assert {tag for tag, _ in theirs.elements} <= kinds
    assert not [one for one in theirs.all("img") if not (one["src"] or "").startswith("data:")]
    assert len([one for one in theirs.all("script") if "data-plot" not in one]) == 2
    assert not [one for _, one in theirs.elements if any(name.startswith("on") for name in one)]
    assert "{{ 7 * 7 }}" in theirs.text
    # Plotly writes texts as HTML of its own: they reach it escaped.
    texts = json.dumps(theirs.data)
    assert "&lt;script&gt;" in texts
    assert "<script" not in texts
    assert "<img" not in texts


def test_an_empty_study_and_one_of_failures_have_a_page(tmp_path: Path) -> None:
    study(tmp_path, [], "empty")
    study(tmp_path, [trial(0, 50, ())], "failed")
    done = run("report", "--runs-dir", str(tmp_path))
    assert done.exit_code == 0
    found = Page((tmp_path / "report.html").read_text())
    for part in (
        "This study has no finished trial yet",
        "No trial was measured",
        "1 finished trials, 1 of them failed",
    ):
        assert part in found.text
    assert found.data == {}
    assert [one["href"] for one in found.all("a")] == ["#study-0", "#study-1"]


def test_old_retrainings_and_damaged_files_leave_a_word_in_place(tmp_path: Path, winners: StudyData) -> None:
    mixed_runs(tmp_path)
    assert (
        "Made by retrain, but not yet when this trial was retrained" in page(gather(load_study(tmp_path, "mixed"))).text
    )
    damaged = retrained_study(tmp_path, "damaged")
    folder = damaged.folder / "models" / "trial-1"
    (folder / WEIGHTS).write_bytes(b"torn")
    (folder / "history.csv").write_text("epoch,seed,train_loss\n1,7,much\n")
    found = page(gather(damaged))
    assert "weights.npz" in found.text
    assert "history.csv" in found.text
    assert "3 read as 5 (2 of 2)" in found.text


def test_a_record_cannot_name_files_outside_its_study(tmp_path: Path) -> None:
    made = retrained_study(tmp_path, "one")
    path = made.folder / "confirmations.jsonl"
    path.write_text(path.read_text().replace("models/trial-1", "../two/models/trial-1"))
    retrained_study(tmp_path, "two")
    (details, *_) = gather(made).details
    assert details.predictions is None
    assert details.notes == ("the files of its retraining lie elsewhere",)


def test_two_studies_of_5000_trials_stay_below_10_megabytes(tmp_path: Path) -> None:
    data = [gather(large_study(tmp_path, 5_000, name)) for name in ("one", "two")]
    text = render(data, datetime.now(UTC))
    assert len(text.encode()) < MEGABYTES_10
    assert "The first 4,000 of 5,000 trials" in text
    assert len(study_view(data[0], 5_000).rows) == 5_000


def test_only_a_running_search_makes_the_page_load_itself_again(winners: StudyData) -> None:
    assert [one["id"] for one in page(winners, running=True).all("input") if one.get("type") == "checkbox"] == [
        "refresh"
    ]
    refreshes = [one for one in page(winners).all("meta") if one.get("http-equiv") == "refresh"]
    assert refreshes == []
    assert "A search is running" not in page(winners).text


def test_a_page_that_cannot_be_written_leaves_the_old_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = mixed_runs(tmp_path)
    assert run("report", "--runs-dir", runs).exit_code == 0
    before = (tmp_path / "report.html").read_bytes()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("search.study.os.fsync", full)
    done = run("report", "--runs-dir", runs)
    assert done.exit_code == 1
    assert "error: expected to write" in done.stderr
    assert "No space left on device" in done.stderr
    assert (tmp_path / "report.html").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["report.html"]


def test_report_names_studies_or_takes_all_and_says_where_the_page_is(tmp_path: Path) -> None:
    runs = mixed_runs(tmp_path)
    out = tmp_path / "deep" / "page.html"
    done = run("report", "mixed", str(tmp_path / "empty"), "--runs-dir", runs, "--out", str(out))
    assert (done.exit_code, f"page: {out} (" in done.stdout) == (0, True)
    assert "mixed, empty" in done.stdout
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "study.json").write_text("{")
    done = run("report", "--runs-dir", runs)
    assert (done.exit_code, "empty, mixed" in done.stdout) == (0, True)
    assert "warning: broken is left out: expected" in done.stderr
    assert run("report", "broken", "--runs-dir", runs).exit_code == 1
    done = run("report", "--runs-dir", str(tmp_path / "nowhere"))
    assert (done.exit_code, done.stdout) == (1, "")
    assert "error: expected studies in" in done.stderr


def test_report_imports_neither_tensorflow_nor_keras(tmp_path: Path) -> None:
    retrained_study(tmp_path)
    command = [sys.executable, "-X", "importtime", "search_cli.py", "report", "--runs-dir", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    imported = {line.rpartition("|")[2].strip().partition(".")[0] for line in done.stderr.splitlines()}
    assert "jinja2" in imported
    assert not imported & {"tensorflow", "keras", "keras_tuner", "matplotlib"}
