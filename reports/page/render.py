"""Renders the page: templates, style, script and the plotting library in one HTML file.

Whatever comes from a study is untrusted: templates escape it, data for the script stands in JSON without `<`, and a
content security policy lets nothing run but the page's own scripts and lets nothing be fetched from anywhere.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.page.data import StudyData
from reports.page.view import shares, study_view
from reports.words import basis, duration, percent, spread
from search.study import write_whole

TEMPLATES = Path(__file__).parent / "templates"
MOST_ROWS = 8_000  # on the page altogether: more would make it larger than 10 MB
REFRESH_SECONDS = 10


def render(studies: Sequence[StudyData], written: datetime, running: bool = False) -> str:
    """The page about these studies, as it was `written`; a `running` search makes it load itself again and again."""
    rows_each = max(1, MOST_ROWS // max(1, len(studies)))
    scripts = [_plotly(), (TEMPLATES / "page.js").read_text(encoding="utf-8")]
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            studies=[study_view(data, rows_each) for data in studies],
            style=Markup((TEMPLATES / "page.css").read_text(encoding="utf-8")),
            scripts=[Markup(script) for script in scripts],
            policy=_policy(scripts),
            written=written.strftime("%Y-%m-%d %H:%M:%S"),
            refresh=REFRESH_SECONDS if running else None,
        )
    )


def write_page(path: Path, studies: Sequence[StudyData], running: bool = False) -> None:
    """Writes the page to `path`, whole or not at all. Raises OSError."""
    page = render(studies, datetime.now().astimezone(), running).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, page)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # NaN is no JSON: msgspec writes null.
    environment.policies["json.dumps_function"] = lambda value, **_: msgspec.json.encode(value).decode()
    environment.filters.update(percent=percent, duration=duration, basis_of=basis, shape=_shape, cells=shares)
    environment.globals.update(spread=spread, basis=basis, sum_of=sum, svg=Markup)
    return environment


@cache
def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    script: str = get_plotlyjs()
    return script


def _policy(scripts: Sequence[str]) -> str:
    """The content security policy: these scripts by their digests, styles and images of the page itself, no network."""
    digests = " ".join(f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'" for script in scripts)
    return f"default-src 'none'; script-src {digests}; style-src 'unsafe-inline'; img-src data: blob:"


def _shape(shape: Sequence[int]) -> Any:
    return " x ".join(map(str, shape))
