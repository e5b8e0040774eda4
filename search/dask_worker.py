"""What runs on a Dask worker. A worker imports this before TensorFlow is configured, so nothing here may import it."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import uuid4

import msgspec
from distributed import WorkerPlugin, get_worker

from datasets.dataset import Split
from search.constraint import Constraint
from search.early_decisions import EarlyDecisions
from search.runtime import configure
from search.trial import CurvePoint, TrialInfo, TrialResult


class WorkersData(WorkerPlugin):
    """What each worker keeps for all its trials: the data travels once, the evaluator is made once."""

    def __init__(self, train: Split, validation: Split, constraint: Constraint) -> None:
        """`constraint` includes the margin."""
        # Several searches may share a scheduler: each has its own data on the workers and its own topic.
        self.name = f"evaluator-{uuid4().hex}"
        self.train, self.validation, self.constraint = train, validation, constraint
        self.evaluator: Any = None

    def setup(self, worker: Any) -> None:
        """Imports TensorFlow, with one thread, and puts the data where trials find it."""
        configure(threads=1)
        from search.evaluate import Evaluator

        self.evaluator = Evaluator(self.train, self.validation, self.constraint)

    def teardown(self, worker: Any) -> None:
        """Lets the data go."""
        self.evaluator = None


class Evaluated(NamedTuple):
    """What came of a trial, and the resident memory in bytes of the worker at this address after it."""

    result: TrialResult
    worker: str
    memory: int


def evaluate_trial(name: str, info: TrialInfo, decisions: EarlyDecisions) -> Evaluated:
    """Runs on a worker; `name` is that of its WorkersData."""
    worker = get_worker()
    evaluator = worker.plugins[name].evaluator

    def tell(point: CurvePoint) -> None:
        worker.log_event(name, [info.trial, msgspec.json.encode(point).decode()])

    result = evaluator.evaluate(info, decisions, tell)
    return Evaluated(result, worker.address, worker.monitor.get_process_memory())
