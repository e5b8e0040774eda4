"""A study: one search, as a folder on disk. Its configuration is frozen and saved beside its results."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Literal

import msgspec

from search.ledger import Ledger

OracleName = Literal["smallest", "random", "bayesian"]
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class StudyError(Exception):
    """A study that cannot be had: one line with what was expected, what came, what to do."""


class StudyConfig(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that decides what a study finds. How long it runs (`--trials`, `--time-limit`) and on how many
    workers is not part of it: a study goes on under any budget.

    `margin` is what validation accuracy must exceed the constraint by, as a share; None: the default that follows
    from the noise of the selection.
    """

    space: str
    dataset: str
    constraint: str
    replicas: int
    max_epochs: int
    seed: int
    oracle: OracleName
    margin: float | None = None


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
    """Makes a study, or goes on with one of the same configuration. Raises StudyError."""
    folder = _folder(runs_dir, name)
    path = folder / "study.json"
    try:
        if overwrite and path.exists():
            shutil.rmtree(folder)
        if path.exists():
            _refuse_if_different(name, load_study(runs_dir, name).config, config)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            _write_whole(path, msgspec.json.format(msgspec.json.encode(config), indent=2) + b"\n")
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
    folder = given if (given / "study.json").is_file() else _folder(runs_dir, name)
    path = folder / "study.json"
    try:
        config = msgspec.json.decode(path.read_bytes(), type=StudyConfig)
    except (FileNotFoundError, NotADirectoryError):
        raise StudyError(f"expected a study named {name} in {runs_dir}, {_what_there_is(runs_dir)}") from None
    except OSError as error:
        raise StudyError(f"expected to read {path}, got: {error.strerror}; check its rights") from error
    except msgspec.DecodeError as error:
        raise StudyError(
            f"expected a study's configuration in {path}, got: {error}; restore it or use --overwrite"
        ) from None
    return Study(folder, config)


def _folder(runs_dir: Path, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise StudyError(f"expected a study name of letters, digits, '.', '_' and '-', got {name!r}")
    return runs_dir / name


def _what_there_is(runs_dir: Path) -> str:
    names = sorted(path.parent.name for path in runs_dir.glob("*/study.json")) if runs_dir.is_dir() else []
    return (
        f"there are: {', '.join(names)}" if names else "there is none yet; start one with: search_cli.py search shallow"
    )


def _refuse_if_different(name: str, saved: StudyConfig, asked: StudyConfig) -> None:
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


def _write_whole(path: Path, content: bytes) -> None:
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
