"""The report as a file: each question with its answer in order, fonts embedded, vectors, small, the same every time."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from baselines.architectures import original
from baselines.results import read
from baselines.tables import final_rows
from reports.answers import theory_answers
from reports.document.blocks import Heading, Picture, paragraph
from reports.document.report import body, document
from reports.document.sources import Sources, gather
from reports.document.typeset import TypesetError, typeset
from reports.overfit_data import read_overfit
from reports.words import percent
from tests import documents
from tests.documents import text_of
from tests.trials import run

AUTHORS = ("José Núñez-O'Neil", "Łucja Ğ. יעל")
NUMBERS = (
    *("1.1", "1.2", "2.1", "2.2", "2.3", "3.1", "3.1.1", "3.1.2", "3.2", "3.2.1", "3.2.2", "3.3"),
    *("4.1", "5.1", "5.1.1", "5.2", "5.2.1", "5.3"),
    *(answer.number for answer in theory_answers()),
)
LARGEST = 5_000_000


@pytest.fixture(scope="module")
def runs_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return documents.everything(tmp_path_factory.mktemp("runs"))


@pytest.fixture(scope="module")
def sources(runs_dir: Path) -> Sources:
    return gather(runs_dir)


@pytest.fixture(scope="module")
def report(sources: Sources) -> bytes:
    return document(sources, AUTHORS)


@pytest.fixture(scope="module")
def text(report: bytes) -> str:
    return text_of(report)


def answers(text: str, sources: Sources) -> dict[int, tuple[str, str]]:
    """The text below each numbered heading, by the heading's place: the contents are passed over."""
    headings = [block for block in body(sources) if isinstance(block, Heading)]
    place = text.rindex(headings[0].title, 0, text.index("1.1 How many free parameters does the network have? Count"))
    found, starts = {}, []
    for heading in headings:
        title = f"{heading.number} {heading.title}".strip()
        place = text.index(title, place) + len(title)
        starts.append((heading, place, place - len(title)))
    for at, (heading, start, _) in enumerate(starts):
        end = starts[at + 1][2] if at + 1 < len(starts) else len(text)
        found[at] = (heading.number, text[start:end])
    return found


def test_every_question_has_its_number_and_an_answer_in_the_order_of_the_assignment(
    text: str, sources: Sources
) -> None:
    found = answers(text, sources)
    # A heading above others, such as 3, has nothing of its own below it.
    asked = [(number, answer) for number, answer in found.values() if number in NUMBERS and answer.strip()]
    assert [number for number, _ in asked] == list(NUMBERS)
    for number, answer in asked:
        assert len(answer.split()) > 25, number


def test_the_contents_list_every_question(report: bytes) -> None:
    contents = PdfReader(io.BytesIO(report)).pages[1].extract_text()
    for number in NUMBERS:
        assert re.search(rf"^\s*{re.escape(number)}\s", contents, re.MULTILINE), number


def test_the_key_figures_are_those_of_the_results(text: str, runs_dir: Path) -> None:
    assert f"{original((28, 28, 1), 10).parameters:,} free parameters" in text
    for name in ("original", "linear", "sum-direct", "sum-pair"):
        result = read(runs_dir / "baselines" / name)
        assert result is not None
        for row in final_rows(result):
            assert percent(row.test_accuracy.mean) in text
            assert percent(row.train_accuracy.mean) in text
    for name in (documents.SHALLOW, documents.DEEP):
        trial, confirmation = documents.winner_confirmed(runs_dir, name)
        assert f"{trial.info.architecture.parameters:,} free parameters" in text
        assert percent(trial.mean_accuracy) in text
        assert percent(confirmation.mean_accuracy) in text
    summary = read_overfit(runs_dir / "overfit")
    assert summary is not None
    for one in (summary.size.before, summary.size.after, summary.dropout.chosen, summary.both.chosen):
        assert one.test is not None
        assert percent(one.test.mean) in text
    assert f"{100 * summary.size.test_gain.mean:+.2f}" in text
    for count in ("7,296", "16,781,312", "10,000,000"):
        assert count in text


def test_the_names_are_on_it_and_in_it(report: bytes, text: str) -> None:
    assert AUTHORS[0] in text
    assert "Łucja Ğ." in text
    metadata = PdfReader(io.BytesIO(report)).metadata
    assert metadata is not None
    assert AUTHORS[0] in str(metadata.author)


def test_a_name_in_another_script_can_be_read_whatever_fonts_there_are(sources: Sources) -> None:
    empty = Sources(sources.runs_dir)
    assert "Wang" in text_of(document(empty, ["王小明"]))


def test_it_is_small_its_fonts_are_embedded_and_its_figures_are_vectors(report: bytes) -> None:
    assert len(report) < LARGEST
    reader = PdfReader(io.BytesIO(report))
    fonts = pictures = 0
    for page in reader.pages:
        assert page.extract_text().strip()
        resources_of_page: Any = page["/Resources"].get_object()
        for resources in _resources(resources_of_page):
            for font in _values(resources, "/Font"):
                fonts += 1
                assert _is_embedded(font), font.get("/BaseFont")
            for part in _values(resources, "/XObject"):
                pictures += part["/Subtype"] == "/Image"
    assert fonts > 5
    assert pictures == 0


def test_the_same_results_give_the_same_bytes(sources: Sources, report: bytes) -> None:
    assert document(sources, AUTHORS) == report


def test_a_picture_that_is_none_is_one_line() -> None:
    with pytest.raises(TypesetError, match=r"^expected a report that can be typeset, got: .*; check the figures$"):
        typeset([], [paragraph("some"), Picture(b"no picture", "svg", "Nothing.")])


def test_the_command_writes_the_pdf_where_it_is_told(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    found = run("report", "--pdf", "--runs-dir", str(runs), "--author", "Ada")
    assert found.exit_code == 0, found.output
    assert "Ada" in text_of((runs / "report.pdf").read_bytes())
    assert "not run yet" in found.stderr
    other = tmp_path / "here" / "mine.pdf"
    assert run("report", "--runs-dir", str(runs), f"--pdf={other}").exit_code == 0
    assert other.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--pdf", "shallow-mnist"), 2),
        (("--pdf=a.pdf", "--out", "b.html"), 2),
        (("--author", "Ada"), 2),
        (("nowhere", "--pdf=a.pdf"), 1),
        (("--pdf=/proc/none/a.pdf",), 1),
    ],
)
def test_what_cannot_be_written_is_one_line(tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    found = run("report", "--runs-dir", str(tmp_path), *arguments)
    assert found.exit_code == code
    assert "Traceback" not in found.output
    assert "expected" in found.stderr or "--pdf" in found.stderr


def _resources(resources: Any) -> list[Any]:
    """These resources and those of the figures within."""
    found = [resources]
    for part in _values(resources, "/XObject"):
        if "/Resources" in part:
            found += _resources(part["/Resources"].get_object())
    return found


def _values(resources: Any, kind: str) -> list[Any]:
    return [value.get_object() for value in resources[kind].get_object().values()] if kind in resources else []


def _is_embedded(font: Any) -> bool:
    inner = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
    descriptor = inner["/FontDescriptor"].get_object()
    return any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
