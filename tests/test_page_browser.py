"""The page in a real headless Chromium: it loads in silence, sorts, filters, draws, fits a phone, is accessible.

Skipped where no Chromium is installed, neither the system's own nor Playwright's.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from reports.page.data import StudyData, gather
from reports.page.render import REFRESH_SECONDS, render
from search.study import load_study
from tests.page_studies import EVIL, hostile_study, large_study, retrained_study

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PATIENCE = 300_000  # milliseconds: no test is decided by how busy the machine is
MANY = 5_000
DESKTOP, PHONE = (1280, 900), (360, 740)
COLOUR = "(one) => getComputedStyle(one).fill"
TABLE, PARETO = "#study-0-table", "#study-0-pareto"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    with playwright.sync_playwright() as tool:
        try:
            # In a container a browser has no sandbox of its own; the page is the project's own.
            started = tool.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except playwright.Error as error:
            pytest.skip(f"no Chromium could be started: {str(error).splitlines()[0]}")
        yield started
        started.close()


@pytest.fixture(scope="module")
def winners(tmp_path_factory: pytest.TempPathFactory) -> list[StudyData]:
    runs = tmp_path_factory.mktemp("runs")
    return [gather(retrained_study(runs)), gather(large_study(runs, 60))]


@contextmanager
def opened(
    browser: Any,
    file: Path,
    studies: list[StudyData],
    size: tuple[int, int] = DESKTOP,
    running: bool = False,
    **context: Any,
) -> Iterator[Any]:
    """The page of these studies in the browser; fails on whatever it says in the console or fetches from elsewhere."""
    file.write_text(render(studies, datetime.now(UTC), running))
    said: list[str] = []
    tab = browser.new_context(viewport={"width": size[0], "height": size[1]}, **context).new_page()
    tab.set_default_timeout(PATIENCE)
    tab.on("console", lambda line: said.append(line.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: said.append(request.url) if request.url.startswith(("http", "ws")) else None)
    tab.goto(file.as_uri())
    yield tab
    assert said == []
    tab.context.close()


def column(tab: Any, number: int) -> list[str]:
    """The cells of a column that are shown, in order; columns count from 1."""
    cells: list[str] = tab.locator(f"{TABLE} tbody tr:not([hidden]) td:nth-child({number})").all_inner_texts()
    return cells


def test_every_plot_is_drawn_with_its_points_and_follows_light_and_dark(
    browser: Any, tmp_path: Path, winners: list[StudyData]
) -> None:
    with opened(browser, tmp_path / "page.html", winners[:1], color_scheme="light") as tab:
        for plot in tab.locator(".plot").all():
            plot.scroll_into_view_if_needed()
            plot.locator(".main-svg").first.wait_for()
        points = {
            trace.get_attribute("class"): trace.locator("path.point").count()
            for trace in tab.locator(f"{PARETO} .trace.scatter").all()
        }
        assert len(tab.locator(f"{PARETO} .legend .traces").all()) == 5
        # Qualifying two, not qualifying one, confirmed one, and the ring around the incumbent.
        assert tab.locator(f"{PARETO} path.point").count() == 5, points
        words = tab.locator(f"{PARETO} .legendtext").first
        assert words.evaluate(COLOUR) == "rgb(27, 31, 36)"
        tab.emulate_media(color_scheme="dark")
        is_light = f"({COLOUR})(document.querySelector('{PARETO} .legendtext')) === 'rgb(232, 235, 238)'"
        tab.wait_for_function(f"() => {is_light}")


def test_the_leaderboard_sorts_by_click_and_keyboard_and_filters_by_words_and_kind(
    browser: Any, tmp_path: Path, winners: list[StudyData]
) -> None:
    with opened(browser, tmp_path / "page.html", winners[:1]) as tab:
        assert column(tab, 2) == ["1", "0", "2", "3"]
        tab.locator(f"{TABLE} th", has_text="parameters").get_by_role("button").click()
        assert column(tab, 3) == ["50", "100", "253", "300"]
        header = tab.locator(f"{TABLE} th", has_text="parameters")
        assert header.get_attribute("aria-sort") == "ascending"
        header.get_by_role("button").focus()
        tab.keyboard.press("Enter")
        assert column(tab, 3) == ["300", "253", "100", "50"]
        assert header.get_attribute("aria-sort") == "descending"
        tab.locator(f"{TABLE} th", has_text="validation").get_by_role("button").click()
        assert [text.partition(" ")[0] for text in column(tab, 5)] == ["94.95", "95.77", "95.77", "-"]
        tab.locator(f"{TABLE} th", has_text="rank").get_by_role("button").click()
        for kind, trials in [
            ("qualifying", ["1", "0"]),
            ("confirmed", ["1"]),
            ("not confirmed", []),
            ("failed", ["3"]),
            ("all trials", ["1", "0", "2", "3"]),
        ]:
            tab.get_by_label("Show").first.select_option(kind)
            assert column(tab, 2) == trials, kind
        tab.get_by_label("Find").first.fill("MEMORY failed")
        assert column(tab, 2) == ["3"]
        assert tab.locator("output").first.inner_text() == "1 of 4 trials"


def test_a_click_on_a_point_finds_its_row(browser: Any, tmp_path: Path, winners: list[StudyData]) -> None:
    with opened(browser, tmp_path / "page.html", winners[1:]) as tab:
        assert len(column(tab, 2)) == 50
        tab.get_by_label("Find").first.fill("nothing like this")
        tab.locator(PARETO).scroll_into_view_if_needed()
        tab.locator(f"{PARETO} .main-svg").first.wait_for()
        tab.evaluate("document.querySelector('#study-0-pareto').emit('plotly_click', {points: [{customdata: 59}]})")
        row = tab.locator("#study-0-row-59")
        assert "found" in (row.get_attribute("class") or "")
        assert row.is_visible()
        assert len(column(tab, 2)) == 60


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
def test_it_fits_and_passes_an_accessibility_check(
    browser: Any, tmp_path: Path, winners: list[StudyData], size: tuple[int, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-core is not installed")
    # The check is a script too: the page's policy would not let it run.
    look: dict[str, Any] = {"color_scheme": scheme, "bypass_csp": True}
    with opened(browser, tmp_path / "page.html", winners, size, **look) as tab:
        tab.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        for plot in tab.locator(".plot").all():
            plot.scroll_into_view_if_needed()
            plot.locator(".main-svg").first.wait_for()
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        violations = axe.Axe().run(tab).response["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations] == []


def test_what_a_study_says_is_text_in_the_browser_too(browser: Any, tmp_path: Path) -> None:
    folder = tmp_path / "<img src=x onerror=alert(1)>"
    hostile_study(folder)
    with opened(browser, tmp_path / "page.html", [gather(load_study(tmp_path, str(folder)))]) as tab:
        tab.locator(PARETO).scroll_into_view_if_needed()
        tab.locator(f"{PARETO} path.point").first.wait_for()
        tab.locator(f"{PARETO} path.point").first.hover(force=True)
        hover = tab.locator(f"{PARETO} .hoverlayer text").first
        hover.wait_for()
        assert "<script>window.hacked = 1</script>" in (hover.text_content() or "")
        assert tab.evaluate("window.hacked") is None
        assert EVIL.split("\u2028")[0] in column(tab, 4)[0].replace("\n", " ")
        assert tab.locator("img").count() == 0


def test_a_running_page_loads_itself_again_and_forgets_nothing(
    browser: Any, tmp_path: Path, winners: list[StudyData]
) -> None:
    file = tmp_path / "page.html"
    with opened(browser, file, winners[1:], running=True) as tab:
        tab.clock.install()
        tab.reload()  # with a clock of the test's own
        tab.get_by_label("Find").first.fill("conv")
        tab.locator(f"{TABLE} th", has_text="trial").get_by_role("button").click()
        tab.locator(f"{TABLE} th", has_text="trial").get_by_role("button").click()
        tab.evaluate("scrollTo(0, 300)")
        file.write_text(file.read_text().replace("Written ", "Written anew "))
        with tab.expect_event("load"):
            tab.clock.run_for((REFRESH_SECONDS + 1) * 1000)
        assert "Written anew" in tab.inner_text("header")
        assert column(tab, 2)[:2] == ["59", "58"]
        assert tab.get_by_label("Find").first.input_value() == "conv"
        assert tab.evaluate("scrollY") == 300
        tab.locator("#refresh").uncheck()
        file.write_text(file.read_text().replace("Written anew ", "Written a third time "))
        tab.clock.run_for(10 * REFRESH_SECONDS * 1000)
        assert "Written anew" in tab.inner_text("header")


def test_a_study_of_5000_trials_opens(browser: Any, tmp_path: Path) -> None:
    with opened(browser, tmp_path / "page.html", [gather(large_study(tmp_path, MANY))]) as tab:
        assert len(column(tab, 2)) == 50
        tab.locator(f"{TABLE} th", has_text="parameters").get_by_role("button").click()
        tab.locator(f"{TABLE} th", has_text="parameters").get_by_role("button").click()
        assert column(tab, 3)[0] == f"{100 + MANY - 1:,}"
        tab.locator(PARETO).scroll_into_view_if_needed()
        tab.locator(f"{PARETO} path.point").first.wait_for()
        assert tab.locator(f"{PARETO} path.point").count() > MANY / 2
