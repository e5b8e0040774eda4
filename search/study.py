"""A study: one search, as a folder on disk. Its configuration is frozen and saved beside its results."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from search.jsonl import UNREADABLE
from search.ledger import Ledger
from search.objective import Objective

OracleName = Literal["smallest", "accurate", "random", "bayesian"]
RESULTS = ("trials.jsonl", "confirmations.jsonl")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class StudyError(Exception):
    """A study that cannot be had: one line with what was expected, what came, what to do."""


class StudyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides what a study finds. How long it runs (`--trials`, `--time-limit`) and on how many
    workers is not part of it: a study goes on under any budget. It may go on with a larger `max_epochs`, too: each
    trial keeps the recipe it was trained with.

    `margin` is what validation accuracy must exceed the constraint by, as a share; None: the default that follows
    from the noise of the selection. With the objective "val_accuracy" there is no bar: the most accurate network wins,
    each replica trained on `examples` training images of its own.
    """

    space: str
    dataset: str
    constraint: str
    replicas: int
    max_epochs: int
    seed: int
    oracle: OracleName
    margin: float | None = None
    objective: Objective = "parameters"
    examples: int | None = None


class Study:
    """A study's folder: `study.json`, `trials.jsonl`."""

    def __init__(self, folder: Path, config: StudyConfig) -> None:
        """Use `open_study` to make or go on with one, `load_study` to only read."""
        self.folder, self.config = folder, config
        self.ledger = Ledger(folder / "trials.jsonl")

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name


def open_study(runs_dir: Path, name: str, config: StudyConfig, overwrite: bool = False) -> Study:
    """Makes a study, or goes on with one of the same configuration, or with longer trainings. Raises StudyError.

    It writes: where others may work on the study too, hold its lock (`search.lock`) from before until the end.
    """
    folder = study_folder(runs_dir, name)
    path = folder / "study.json"
    try:
        if overwrite:
            _clear(folder)
        saved = load_study(runs_dir, name).config if path.exists() else None
        if saved is None:
            _refuse_remains(folder)
            folder.mkdir(parents=True, exist_ok=True)
        else:
            _refuse_if_different(name, saved, config)
        if saved != config:
            write_whole(path, msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n")
    except OSError as error:
        raise StudyError(
            f"expected to write the study into {folder}, got: {error.strerror}; choose another --runs-dir"
        ) from error
    study = Study(folder, config)
    study.ledger.repair()
    return study


def load_study(runs_dir: Path, name: str) -> Study:
    """A study that exists, to be read. `name` may also be the path of its folder. Raises StudyError."""
    given = Path(name)
    folder = given if (given / "study.json").is_file() else study_folder(runs_dir, name)
    path = folder / "study.json"
    try:
        config = msgspec.json.decode(path.read_bytes(), type=StudyConfig)
    except (FileNotFoundError, NotADirectoryError):
        raise StudyError(f"expected a study named {name} in {runs_dir}, {_what_there_is(runs_dir)}") from None
    except OSError as error:
        raise StudyError(f"expected to read {path}, got: {error.strerror}; check its rights") from error
    except UNREADABLE as error:
        raise StudyError(
            f"expected a study's configuration in {path}, got: {error}; restore it or use --overwrite"
        ) from None
    return Study(folder, config)


def study_folder(runs_dir: Path, name: str) -> Path:
    """Where a study of that name lies or will lie. Raises StudyError for what is no name."""
    if not _NAME.fullmatch(name):
        raise StudyError(f"expected a study name of letters, digits, '.', '_' and '-', got {name!r}")
    return runs_dir / name


def _clear(folder: Path) -> None:
    """Empties a study's folder, its configuration first: what an interruption leaves is no study that could go on.

    The locks stay: whoever clears a study holds them.
    """
    if not any((folder / name).exists() for name in ("study.json", *RESULTS)):
        return
    (folder / "study.json").unlink(missing_ok=True)
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.suffix != ".lock":
            path.unlink()


def _refuse_remains(folder: Path) -> None:
    """Results without the configuration they came from must not be taken for those of another one."""
    remains = [name for name in RESULTS if (folder / name).exists() and (folder / name).stat().st_size > 0]
    if remains:
        raise StudyError(
            f"expected study.json beside {' and '.join(remains)} in {folder}, found none; restore it, "
            "or use another --study or --overwrite"
        )


def _what_there_is(runs_dir: Path) -> str:
    names = sorted(path.parent.name for path in runs_dir.glob("*/study.json")) if runs_dir.is_dir() else []
    return (
        f"there are: {', '.join(names)}" if names else "there is none yet; start one with: search_cli.py search shallow"
    )


def _refuse_if_different(name: str, saved: StudyConfig, asked: StudyConfig) -> None:
    if saved.max_epochs < asked.max_epochs:
        saved = msgspec.structs.replace(saved, max_epochs=asked.max_epochs)
    differs = [
        f"{field} (saved {getattr(saved, field)!r}, asked {getattr(asked, field)!r})"
        for field in StudyConfig.__struct_fields__
        if getattr(saved, field) != getattr(asked, field)
    ]
    if differs:
        raise StudyError(
            f"the study {name} was started differently: {'; '.join(differs)}; "
            "use the saved values, another --study, or --overwrite"
        )


def write_whole(path: Path, content: bytes) -> None:
    """Either the whole file is there afterwards or none of it: written beside, fsynced, then renamed."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
