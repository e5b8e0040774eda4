"""Studies: made once, gone on with only under the same configuration, read by name or path."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from search.study import StudyConfig, StudyError, load_study, open_study
from tests.trials import CONFIG, study, trial

CHANGED = [
    ("space", "deep"),
    ("dataset", "mnist"),
    ("constraint", "val_accuracy >= 0.9"),
    ("replicas", 2),
    ("max_epochs", 3),
    ("seed", 1),
    ("oracle", "random"),
    ("margin", 0.01),
    ("objective", "val_accuracy"),
    ("examples", 250),
]


def test_it_is_saved_and_read_back(tmp_path: Path) -> None:
    made = study(tmp_path / "deep" / "runs", [trial(0)])
    read = load_study(tmp_path / "deep" / "runs", "invented")
    assert (read.config, read.folder, read.name) == (CONFIG, made.folder, "invented")
    assert load_study(tmp_path, str(made.folder)).config == CONFIG
    assert len(read.ledger.read()) == 1


def test_the_same_configuration_goes_on_and_cuts_off_a_torn_line(tmp_path: Path) -> None:
    made = study(tmp_path, [trial(0)])
    with made.ledger.path.open("ab") as file:
        file.write(b'{"version":1,"tri')
    again = open_study(tmp_path, "invented", CONFIG)
    again.ledger.append(trial(1))
    assert [one.info.trial for one in again.ledger.read()] == [0, 1]


def test_every_setting_is_among_those_compared() -> None:
    assert [field for field, _ in CHANGED] == list(StudyConfig.__struct_fields__)


@pytest.mark.parametrize(("field", "value"), CHANGED)
def test_another_configuration_is_refused_and_what_differs_is_named(tmp_path: Path, field: str, value: object) -> None:
    study(tmp_path, [trial(0)])
    other = msgspec.structs.replace(CONFIG, **{field: value})
    with pytest.raises(StudyError) as caught:
        open_study(tmp_path, "invented", other)
    message = str(caught.value)
    assert f"{field} (saved {getattr(CONFIG, field)!r}, asked {value!r})" in message
    assert message.count("(saved") == 1
    assert "--overwrite" in message


def test_it_goes_on_with_longer_trainings(tmp_path: Path) -> None:
    study(tmp_path, [trial(0)])
    longer = msgspec.structs.replace(CONFIG, max_epochs=10 * CONFIG.max_epochs)
    assert len(open_study(tmp_path, "invented", longer).ledger.read()) == 1
    assert load_study(tmp_path, "invented").config == longer
    with pytest.raises(StudyError, match="max_epochs"):
        open_study(tmp_path, "invented", CONFIG)


def test_overwrite_starts_over_with_the_new_configuration(tmp_path: Path) -> None:
    study(tmp_path, [trial(0)])
    other = msgspec.structs.replace(CONFIG, seed=5)
    assert open_study(tmp_path, "invented", other, overwrite=True).ledger.read() == []
    assert load_study(tmp_path, "invented").config == other


@pytest.mark.parametrize("name", ["", "..", "../up", "a/b", ".hidden", "-x", "with space"])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(StudyError, match="expected a study name"):
        open_study(tmp_path / "runs", name, CONFIG)
    assert list(tmp_path.iterdir()) == []


def test_a_study_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    with pytest.raises(StudyError, match="there is none yet"):
        load_study(tmp_path, "mine")
    study(tmp_path, [], name="yours")
    with pytest.raises(StudyError, match=r"a study named mine .*there are: yours"):
        load_study(tmp_path, "mine")


def test_a_damaged_configuration_is_said_in_one_line(tmp_path: Path) -> None:
    folder = study(tmp_path, []).folder
    (folder / "study.json").write_text('{"space": 3}')
    with pytest.raises(StudyError, match=r"study\.json"):
        load_study(tmp_path, "invented")


def test_a_place_that_cannot_hold_a_study_is_said_in_one_line(tmp_path: Path) -> None:
    # A file where a folder should be: unwritable for every user, root included.
    blocked = tmp_path / "runs"
    blocked.write_text("")
    with pytest.raises(StudyError, match="choose another --runs-dir"):
        open_study(blocked, "mine", CONFIG)
