"""`search --page`: a page that follows a search, is cheap, and never stops it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from commands.live_page import SECONDS_BETWEEN, LivePage
from search.budget import Budget
from search.study import Study
from search.trial import CurvePoint, Trial, TrialInfo
from tests.trials import run, study, trial


class Listener:
    """A reporter that notes what it heard."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def search_started(self, finished: Sequence[Trial], budget: Budget) -> None:
        self.heard.append("search started")

    def trial_started(self, info: TrialInfo) -> None:
        self.heard.append("trial started")

    def evaluated(self, info: TrialInfo, point: CurvePoint) -> None:
        self.heard.append("evaluated")

    def trial_finished(self, trial: Trial, incumbent: Trial | None) -> None:
        self.heard.append("trial finished")


class Clock:
    """Time that passes only when a test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("commands.live_page.time", made)
    return made


@pytest.fixture
def made(tmp_path: Path) -> Study:
    return study(tmp_path, [trial(0, 300)], "one")


def finish(page: LivePage, made: Study, number: int) -> str:
    """Finishes a trial; returns the page after it."""
    one = trial(number, 300 - number)
    made.ledger.append(one)
    page.trial_finished(one, one)
    return page.path.read_text() if page.path.exists() else ""


def test_the_page_follows_the_search_but_not_every_trial(made: Study, clock: Clock) -> None:
    said: list[str] = []
    with LivePage(made, Listener(), said.append) as page:
        page.search_started([], Budget())
        assert f"page: {page.path}" in said[0]
        assert "A search is running" in page.path.read_text()
        assert 'id="study-0-row-1"' not in finish(page, made, 1)
        clock.now += SECONDS_BETWEEN
        assert 'id="study-0-row-2"' in finish(page, made, 2)
    text = page.path.read_text()
    assert "A search is running" not in text
    assert 'http-equiv="refresh"' not in text
    assert len(said) == 1


def test_a_page_that_takes_long_is_written_more_rarely(
    made: Study, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    from reports.page import render

    written: list[float] = []

    def slow(*_: object) -> None:
        written.append(clock.now)
        clock.now += 3

    monkeypatch.setattr(render, "write_page", slow)
    with LivePage(made, Listener(), lambda line: None) as page:
        page.search_started([], Budget())
        for number in range(1, 200):
            clock.now += 1
            finish(page, made, number)
    spent = 3 * len(written)
    assert len(written) > 2
    assert spent / (clock.now - 1000) < 0.1


def test_what_goes_wrong_is_said_once_and_the_search_goes_on(made: Study, clock: Clock) -> None:
    said: list[str] = []
    listener = Listener()
    with LivePage(made, listener, said.append) as page:
        page.path.mkdir()  # nothing can be written there
        page.search_started([], Budget())
        page.trial_started(trial(1).info)
        page.evaluated(trial(1).info, trial(1).result.curve[0])
        for number in (1, 2):
            clock.now += 1000
            one = trial(number)
            page.trial_finished(one, None)
    assert listener.heard == ["search started", "trial started", "evaluated", "trial finished", "trial finished"]
    (line,) = [line for line in said if line.startswith("warning: the page is not up to date")]
    assert line.endswith("; the search goes on")
    assert [path.name for path in page.path.parent.iterdir() if path.name.startswith(".page")] == []


def test_an_interrupted_search_leaves_a_page_at_rest(made: Study, clock: Clock) -> None:
    with pytest.raises(KeyboardInterrupt), LivePage(made, Listener(), lambda line: None) as page:
        page.search_started([], Budget())
        raise KeyboardInterrupt
    assert "A search is running" not in page.path.read_text()


def test_a_search_with_a_page(tmp_path: Path) -> None:
    arguments = ["--dataset", "digits", "--trials", "2", "--max-epochs", "2", "--replicas", "2", "--workers", "1"]
    done = run("search", "shallow", "--study", "live", "--runs-dir", str(tmp_path), "--page", *arguments)
    assert done.exit_code == 0
    path = tmp_path / "live" / "page.html"
    assert f"page: {path}" in done.stdout
    assert "2 finished trials" in " ".join(path.read_text().replace("<b>", "").replace("</b>", "").split())
