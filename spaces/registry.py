"""Spaces by name, or from a file of the user's own: `FILE.py:CLASS`."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
from pathlib import Path
from typing import Any

BUILT_IN = {
    "shallow": "spaces.shallow:ShallowSpace",
    "deep": "spaces.deep:DeepSpace",
    "deep-open": "spaces.deep_open:DeepOpenSpace",
    "overfit-size": "spaces.overfit_size:OverfitSizeSpace",
    "overfit-dropout": "spaces.overfit_dropout:OverfitDropoutSpace",
}


class SpaceError(Exception):
    """A space that cannot be had: one line with what was expected, what came, what to do."""


def check_name(name: str) -> None:
    """Raises SpaceError unless `name` is a built-in space or looks like FILE.py:CLASS with a file that exists."""
    if name in BUILT_IN:
        return
    path, separator, class_name = name.rpartition(":")
    if not separator or not path.endswith(".py") or not class_name.isidentifier():
        raise SpaceError(f"expected a space ({', '.join(BUILT_IN)}) or FILE.py:CLASS, got {name!r}")
    if not Path(path).is_file():
        raise SpaceError(f"expected a Python file for the space {name!r}, found none at {path}; check the path")


def load_space(name: str, input_shape: tuple[int, int, int], classes: int) -> Any:
    """The `kt.HyperModel` of that name, for images of `input_shape` and `classes` classes. Raises SpaceError."""
    check_name(name)
    target = BUILT_IN.get(name, name)
    module_name, _, class_name = target.rpartition(":")
    module = _from_file(Path(module_name)) if module_name.endswith(".py") else importlib.import_module(module_name)
    space = getattr(module, class_name, None)
    if not isinstance(space, type):
        raise SpaceError(f"expected a class {class_name} in {module_name}, found none; check the spelling")
    try:
        inspect.signature(space).bind(input_shape, classes)
        arguments: tuple[Any, ...] = (input_shape, classes)
    except (TypeError, ValueError):
        arguments = ()  # a kt.HyperModel as Keras Tuner's own guides write them
    try:
        return space(*arguments)
    except Exception as error:  # a user's class may raise anything; it becomes one line
        expected = f"{class_name}(input_shape, classes) or {class_name}() to work"
        raise SpaceError(f"expected {expected}, got {type(error).__name__}: {error}") from error


def _from_file(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(f"space_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise SpaceError(f"expected Python code in {path}; it cannot be imported")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # a user's file may raise anything; it becomes one line
        raise SpaceError(f"expected {path} to import, it raised {type(error).__name__}: {error}") from error
    return module
