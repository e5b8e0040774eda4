"""The ZIP that is handed in: the code, the report, the compact main file, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from commands.submission import main_template
from reports.document.authors import Student, stem
from search.study import write_whole

ROOT = Path(__file__).parent.parent.parent
# What is not needed to make the answers again; the tests want files that must not be handed in.
LEFT_OUT = ("tests", "benchmarks")
ENTRANCE = "search_cli.py"
# The earliest time a ZIP can hold: the same code and report give the same bytes.
TIME = (1980, 1, 1, 0, 0, 0)
READABLE = 0o644 << 16


class SubmissionError(Exception):
    """A submission that cannot be packed: one line with what was expected, what came, what to do."""


def code_files(root: Path = ROOT) -> dict[str, bytes]:
    """The .py files of the project by their place in it: the command line and every package it needs.

    Raises:
        SubmissionError: a folder that does not hold the project.
    """
    packages = sorted(
        folder for folder in root.iterdir() if (folder / "__init__.py").is_file() and folder.name not in LEFT_OUT
    )
    files = [root / ENTRANCE, *(file for folder in packages for file in sorted(folder.rglob("*.py")))]
    if not packages or not files[0].is_file():
        raise SubmissionError(f"expected {ENTRANCE} and its packages in {root}, found none; run it from the project")
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in files if "__pycache__" not in file.parts}


def main_file(found: Sequence[Student], root: Path = ROOT) -> str:
    """The compact main file: the template with the students' names and what has to be installed."""
    return (
        Path(main_template.__file__)
        .read_text(encoding="utf-8")
        .replace("AUTHORS", " and ".join(student.name for student in found), 1)
        .replace("REQUIREMENTS", " ".join(requirements(root)), 1)
        .replace("MAIN", main_name(found))
    )


def main_name(found: Sequence[Student]) -> str:
    """`Ex1_main_YannLeCun_AlexKrizhevsky.py`."""
    return f"Ex1_main_{stem(found)}.py"


def requirements(root: Path = ROOT) -> list[str]:
    """What has to be installed, each in quotation marks for the shell: requirements.txt may not be handed in.

    Raises:
        SubmissionError: without that file, as in an unpacked submission.
    """
    file = root / "requirements.txt"
    if not file.is_file():
        raise SubmissionError(f"expected requirements.txt in {root}, found none; run it from the project itself")
    lines = (line.split("#")[0].strip() for line in file.read_text(encoding="utf-8").splitlines())
    return [f'"{line}"' for line in lines if line]


def pack(found: Sequence[Student], report: bytes, folder: Path, root: Path = ROOT) -> tuple[Path, list[str]]:
    """Writes the ZIP in one step; returns it with the names of what it holds.

    Args:
        found: one or two students.
        report: the PDF.
        folder: where to write it; made where it is missing.
        root: the project.

    Raises:
        SubmissionError: as `code_files` and `requirements`.
    """
    name = f"Ex1_{stem(found)}"
    contents = {**code_files(root), main_name(found): main_file(found, root).encode(), f"{name}.pdf": report}
    content = io.BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as archive:
        for place, data in sorted(contents.items()):
            entry = ZipInfo(place, TIME)
            entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, READABLE, 3
            archive.writestr(entry, data)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.zip"
    write_whole(path, content.getvalue())
    return path, sorted(contents)
