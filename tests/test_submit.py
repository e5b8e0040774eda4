"""What is handed in: names as file names, a ZIP with nothing but code and the report, a main file that runs from it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commands.submission.archive import SubmissionError, code_files, main_file, pack, requirements
from commands.submission.main_template import ANSWERS
from reports.answers import theory_answers
from reports.document.authors import LONGEST, StudentError, printable, stem, students
from tests.documents import ROOT, text_of
from tests.trials import run

PAIR = ("Yann LeCun", "Alex Krizhevsky")
NAME = "YannLeCun_AlexKrizhevsky"


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A submission in a folder with nothing else in it."""
    folder = tmp_path_factory.mktemp("submission")
    path, _ = pack(students(PAIR), b"%PDF-", folder / "out")
    with ZipFile(path) as archive:
        archive.extractall(folder / "unpacked")
    return folder / "unpacked"


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the main file as who unpacked it would; the project itself is out of reach."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "MNIST_DIR")}
    command = [sys.executable, f"Ex1_main_{NAME}.py", *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("Yann LeCun", "YannLeCun"),
        ("  Yann   LeCun ", "YannLeCun"),
        ("yann lecun", "YannLecun"),
        ("José Núñez", "JoseNunez"),
        ("Jose\u0301 Nun\u0303ez", "JoseNunez"),
        ("Łukasz Žižek", "LukaszZizek"),
        ("Sørensen ß", "SorensenSs"),
        ("Jean-Luc O'Neil", "Jean-LucONeil"),
        ("Conan O\u2019Brien Jr.", "ConanOBrienJr"),
        ("a_b", "AB"),
        ("zero\u200bwidth", "Zerowidth"),
        ("王小明", "WangXiaoMing"),
        ("\u202e\u05d9\u05e2\u05dc \u05db\u05d4\u05df", "YlKhhn"),
    ],
)
def test_a_name_becomes_part_of_a_file_name(name: str, part: str) -> None:
    assert students([name])[0].part == part


@pytest.mark.parametrize(
    "names",
    [
        *(["a/b"], ["..\\b"], ["../../etc/passwd"], ["a:b"], ["a\nb"], ["a\x00b"], ["what?"], ["\udcff"]),
        *([""], ["  "], ["..."], ["---"], ["'"], ["\U0001f600"], ["12"], ["\u200b"]),
        *(["x" * 1000], ["Ada", "ada"], ["José", "Jose"], ["Ada", "Bob", "Cyd"], []),
    ],
    ids=ascii,
)
def test_names_that_cannot_be_used_are_one_line(names: list[str]) -> None:
    with pytest.raises(StudentError) as refused:
        students(names)
    message = str(refused.value)
    assert "\n" not in message
    assert message.isprintable()
    assert message.startswith("expected ")
    assert "; " in message
    assert len(message) < 300


@given(st.lists(st.text(max_size=80), min_size=1, max_size=2))
def test_any_names_give_file_names_every_system_can_hold_or_are_refused(names: list[str]) -> None:
    try:
        found = students(names)
    except StudentError:
        return
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]*(_[A-Za-z0-9][A-Za-z0-9-]*)?", stem(found))
    assert len(stem(found)) <= 2 * LONGEST + 1
    assert all(printable(student.name) for student in found)


def test_the_zip_holds_code_and_the_report_and_nothing_else(tmp_path: Path) -> None:
    found = run("submit", *PAIR, "--runs-dir", str(tmp_path / "runs"), "--out", str(tmp_path / "out"))
    assert found.exit_code == 0, found.output
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == f"Ex1_{NAME}.zip"
    with ZipFile(path) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
        pdf = archive.read(f"Ex1_{NAME}.pdf")
    assert [name for name in names if not name.endswith(".py")] == [f"Ex1_{NAME}.pdf"]
    assert f"Ex1_main_{NAME}.py" in names
    assert "search_cli.py" in names
    assert not [name for name in names if name.startswith(("/", "tests", "benchmarks", ".")) or ".." in name]
    text = text_of(pdf)
    assert all(name in text for name in PAIR)
    assert "4.3 The constraints of a dataset" in text


def test_the_same_submission_gives_the_same_bytes(tmp_path: Path) -> None:
    first, _ = pack(students(PAIR), b"%PDF-", tmp_path / "first")
    second, _ = pack(students(PAIR), b"%PDF-", tmp_path / "second")
    assert first.read_bytes() == second.read_bytes()


def test_what_is_not_code_of_the_project_stays_out(tmp_path: Path) -> None:
    kept = ("search_cli.py", "package/__init__.py", "package/deep/a.py")
    for place in (*kept, "package/deep/a.png", "package/data.csv"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("")
    for place in ("mine.py", "runs/x.py", "tests/__init__.py", "tests/test_a.py", "package/__pycache__/a.py"):
        (tmp_path / place).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / place).write_text("")
    assert set(code_files(tmp_path)) == set(kept)


def test_a_folder_without_the_project_is_one_line(tmp_path: Path) -> None:
    for pack_it in (code_files, requirements):
        with pytest.raises(SubmissionError, match=r"^expected .*found none; run it from the project"):
            pack_it(tmp_path)


def test_an_earlier_zip_stays_when_the_new_one_cannot_be_written(tmp_path: Path) -> None:
    path, _ = pack(students(PAIR), b"%PDF-", tmp_path)
    before = path.read_bytes()
    found = run("submit", "Yann LeCun", "Yann Lecun", "--runs-dir", str(tmp_path), "--out", str(tmp_path))
    assert found.exit_code == 1
    assert "different names" in found.stderr
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == before


def test_an_out_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    found = run("submit", "Ada", "--runs-dir", str(tmp_path), "--out", str(tmp_path / "file" / "below"))
    assert found.exit_code in (1, 2)
    assert "Traceback" not in found.output


def test_the_main_file_names_the_students_and_what_to_install() -> None:
    text = main_file(students(["José Núñez", "A''' Duck"]))
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        if requirement := line.split("#")[0].strip():
            assert f'"{requirement}"' in text
    assert "José Núñez" in text
    assert not re.search(r"\b(AUTHORS|REQUIREMENTS|MAIN)\b", text)
    compile(text, "main", "exec")


def test_the_main_file_has_a_function_for_every_answer() -> None:
    searches = ("3.1", "3.1.1", "3.1.2", "3.2", "3.2.1", "3.2.2", "3.3")
    for number in ("1.1", "1.2", "2.1", "2.2", *searches, "4.1", "5.1", "5.2", "5.3"):
        assert f"question_{number.replace('.', '_')}" in ANSWERS
    for answer in theory_answers():
        place = f"theory_{answer.number.replace('.', '_')}"
        assert any(place.startswith(name) for name in ANSWERS)
    assert all(function.__doc__ for function in ANSWERS.values())


def test_it_runs_from_inside_the_unpacked_zip(unpacked: Path) -> None:
    found = python(unpacked, "question_1", "theory_1_2", "--dataset", "digits", "--quick")
    assert found.returncode == 0, found.stderr
    assert "1,111,946" in found.stdout
    assert "820 of 820" in found.stdout
    assert (unpacked / "runs-quick" / "baselines" / "original" / "accuracy.png").is_file()


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--help",), 0, "question_3_1_2"),
        (("question_9",), 2, "question_9"),
        ((), 2, "ANSWER"),
        (("question_3_1_1",), 1, "error: expected a study"),
        (("question_5_3",), 1, "error: expected both sums"),
    ],
)
def test_the_main_file_says_what_is_wrong(unpacked: Path, arguments: tuple[str, ...], code: int, said: str) -> None:
    found = python(unpacked, *arguments)
    assert found.returncode == code
    assert said in found.stdout + found.stderr
    assert "Traceback" not in found.stderr
