"""What the report says: every question answered or named as not run, figures from the results, nothing typed in."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from pathlib import Path

import click
import msgspec
import pytest
import typst
from hypothesis import given
from hypothesis import strategies as st

from baselines.results import read, save
from reports.document.blocks import Block, Code, Heading, Items, Missing, Paragraph, Strong, Table
from reports.document.markup import literal
from reports.document.report import body, opening, practical, unanswered
from reports.document.sources import Sources, gather
from reports.document.studies import facts
from search.confirmation import Confirmation, Confirmations
from search.study import StudyConfig, StudyError
from search_cli import cli
from tests import documents, trials
from tests.documents import ROOT

MNIST = StudyConfig("shallow", "mnist", "val_accuracy >= 0.95", 4, 21, 0, "smallest")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    return gather(documents.everything(tmp_path_factory.mktemp("whole")))


def said(blocks: list[Block]) -> str:
    """All words of these blocks."""
    parts: list[str] = []
    for block in blocks:
        match block:
            case Paragraph(words):
                parts.append("".join(word.text if isinstance(word, Strong | Code) else word for word in words))
            case Items(lines):
                parts += ["".join(word if isinstance(word, str) else word.text for word in line) for line in lines]
            case Table():
                parts += [block.caption, *(" ".join(row) for row in block.rows)]
            case Missing(what, commands):
                parts += [what, *commands]
            case _:
                pass
    return "\n".join(parts)


def under(blocks: list[Block], number: str) -> list[Block]:
    """The blocks between a heading and the next one."""
    start = next(at for at, block in enumerate(blocks) if isinstance(block, Heading) and block.number == number)
    rest = blocks[start + 1 :]
    end = next((at for at, block in enumerate(rest) if isinstance(block, Heading)), len(rest))
    return rest[:end]


def test_with_all_results_nothing_is_called_missing(whole: Sources) -> None:
    assert unanswered(whole) == []
    assert not whole.problems


def test_without_any_results_every_question_names_a_command_that_is_understood(tmp_path: Path) -> None:
    sources = gather(tmp_path / "not made yet")
    missing = [block for block in body(sources) if isinstance(block, Missing)]
    assert unanswered(sources) == [
        *("1.2", "2.2", "2.3", "3.1", "3.1.1", "3.1.2", "3.2", "3.2.1", "3.2.2", "3.3", "4.1"),
        *("5.1", "5.1.1", "5.2", "5.2.1", "5.3", "the checks of the theory"),
    ]
    commands = {command for block in missing for command in block.commands}
    assert len(commands) >= 8
    for line in commands:
        python, entrance, name, *arguments = shlex.split(line)
        assert (python, entrance) == ("python", "search_cli.py")
        command = cli.get_command(click.Context(cli), name)
        assert command is not None, line
        command.make_context(name, arguments, parent=click.Context(cli, **cli.context_settings))


def test_the_folder_of_results_is_named_in_the_commands_only_where_it_is_another_one(tmp_path: Path) -> None:
    assert Sources(Path("runs")).baseline_command("linear") == "python search_cli.py baseline linear"
    elsewhere = Sources(Path("results"))
    assert elsewhere.baseline_command("linear") == "python search_cli.py baseline linear --out results/baselines"
    assert elsewhere.command("search", "deep") == "python search_cli.py search deep --runs-dir results"


def test_a_folder_with_blanks_in_its_name_can_be_pasted(tmp_path: Path) -> None:
    line = Sources(Path("my results; rm")).command("search", "deep")
    assert shlex.split(line)[-1] == "my results; rm"


def test_the_text_follows_the_results(tmp_path: Path) -> None:
    texts = []
    for number, right in enumerate((300, 480)):
        documents.baselines(tmp_path / str(number), right)
        texts.append(said(under(practical(gather(tmp_path / str(number))), "2.3")))
    assert "falls" in texts[0]
    assert "60.10 %" in texts[0]  # (300 + 301) of 2 x 500
    assert "60.10 %" not in texts[1]
    assert "96.10 %" in texts[1]


def test_the_winners_counts_and_accuracies_are_those_of_the_ledgers(whole: Sources) -> None:
    blocks = practical(whole)
    for space, number in (("shallow", "3.1.1"), ("deep", "3.2.1")):
        study = whole.chosen(space)
        assert study is not None
        assert study.trial is not None
        text = said(under(blocks, number))
        assert f"{study.trial.info.architecture.parameters:,} free parameters" in text
        for row in study.trial.info.architecture.counts():
            assert all(str(step).replace("*", " × ") in text for step in row.steps)
        _, confirmation = documents.winner_confirmed(ROOT / "results", study.study.name)
        mean = sum(confirmation.correct) / len(confirmation.correct) / confirmation.total
        assert f"{int(mean * 1e4) / 100:.2f} %" in text


def test_among_studies_the_smallest_confirmed_winner_on_mnist_answers(tmp_path: Path) -> None:
    def confirmed(name: str, parameters: int, dataset: str = "mnist", right: int = 960) -> None:
        config = msgspec.structs.replace(MNIST, dataset=dataset)
        folder = trials.study(tmp_path, [trials.trial(0, parameters)], name, config).folder
        Confirmations(folder).append(
            Confirmation(0, (7,), (right,), 1000, 9, True, right >= 950, None, 1.0, ("a",), "history.csv")
        )

    confirmed("large", 400)
    confirmed("smallest", 200)
    confirmed("refuted", 100, right=900)
    confirmed("elsewhere", 50, dataset="digits")
    trials.study(tmp_path, [], "empty", MNIST)
    sources = gather(tmp_path)
    names = [one.study.name for one in sources.studies["shallow"]]
    assert names == ["smallest", "large", "refuted", "empty", "elsewhere"]
    assert "smallest" in said(under(practical(sources), "3.1"))
    (only,) = gather(tmp_path, ["large"]).studies["shallow"]
    assert only.study.name == "large"
    with pytest.raises(StudyError):
        gather(tmp_path, ["nowhere"])


def test_a_smaller_network_that_failed_on_test_is_not_the_winner_and_is_told_of(tmp_path: Path) -> None:
    study = trials.study(tmp_path, [trials.trial(0, 300), trials.trial(1, 200)], "some", MNIST)
    for number, right in ((0, 960), (1, 940)):
        Confirmations(study.folder).append(
            Confirmation(number, (7, 8), (right, right), 1000, 9, True, right >= 950, 0.9, 1.0, ("a", "b"), "h")
        )
    found = facts(study)
    assert found.winner is not None
    assert (found.winner.trial, found.confirmed) == (0, True)
    assert "(200 parameters) did not reach the bar on test" in said(under(practical(gather(tmp_path)), "3.1.1"))


def test_a_study_without_a_qualifying_trial_says_how_near_it_came(tmp_path: Path) -> None:
    trials.study(tmp_path, [trials.trial(0, 300, correct=(940, 941))], "some", MNIST)
    sources = gather(tmp_path)
    text = said(under(practical(sources), "3.1.1"))
    assert "No trial of some qualifies" in text
    assert "94.05 %" in text
    assert "3.1.1" in unanswered(sources)


def test_an_interrupted_baseline_is_shown_and_called_interrupted(tmp_path: Path) -> None:
    result = documents.original_result()
    save(msgspec.structs.replace(result, interrupted=True), tmp_path / "baselines" / "original")
    assert "interrupted" in said(under(practical(gather(tmp_path)), "1.2"))


def test_sums_measured_differently_are_not_compared(tmp_path: Path) -> None:
    documents.baselines(tmp_path)
    result = read(tmp_path / "baselines" / "sum-pair")
    assert result is not None
    other = msgspec.structs.replace(result.settings, seed=5)
    save(msgspec.structs.replace(result, settings=other), tmp_path / "baselines" / "sum-pair")
    assert "5.3" in unanswered(gather(tmp_path))


@pytest.mark.parametrize(
    "file",
    [
        "baselines/linear/result.json",
        "overfit/answers.json",
        f"comparisons/{documents.SHALLOW}-vs-{documents.DEEP}/comparison.json",
        "theory/checks.json",
        f"{documents.SHALLOW}/study.json",
        f"{documents.SHALLOW}/trials.jsonl",
    ],
)
def test_a_damaged_result_is_named_and_the_rest_is_told(tmp_path: Path, file: str) -> None:
    documents.everything(tmp_path)
    (tmp_path / file).write_text('{"version": 1}\n{"no": "result"}\n')
    sources = gather(tmp_path)
    (problem,) = sources.problems
    assert "\n" not in problem
    assert Path(file).name in problem or str(Path(file).parent) in problem
    assert problem in said(opening(sources))
    assert unanswered(sources)


@given(st.text())
def test_any_text_is_typeset_as_it_is(text: str) -> None:
    source = f"#metadata({literal(text)}) <it>".encode()
    compiler = typst.Compiler(source, ignore_system_fonts=True)
    found = json.loads(compiler.query("<it>", field="value", one=True))
    assert "".join(found.split()) == "".join(
        character for character in "".join(text.split()) if character.isprintable() or found.count(character)
    )
    assert "\n" not in found


def test_a_claim_that_does_not_hold_is_not_hidden(tmp_path: Path) -> None:
    documents.checks(tmp_path, wrong="3.2")
    markup = "".join(getattr(block, "typst", "") for block in body(gather(tmp_path)))
    assert markup.count("does NOT hold") == 3


def test_the_report_is_made_without_tensorflow(tmp_path: Path) -> None:
    documents.everything(tmp_path)
    code = (
        "import sys; from pathlib import Path; from reports.document.sources import gather; "
        "from reports.document.report import body; body(gather(Path(sys.argv[1]))); "
        "sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, check=True)
