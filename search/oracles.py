"""Oracles by name."""

from __future__ import annotations

from collections.abc import Sequence

from search.accuracy_oracle import AccuracyOracle
from search.candidates import CandidateSource
from search.keras_tuner_oracles import KerasTunerOracle
from search.objective import Objective
from search.oracle import ConstrainedOracle, Oracle
from search.study import OracleName
from spaces.recipe import Length


def make_oracle(
    name: OracleName,
    source: CandidateSource,
    bar: float,
    seed: int,
    objective: Objective = "parameters",
    longer: Sequence[Length] = (),
) -> Oracle:
    """The oracle of that name, for validation accuracy of at least `bar` (margin included), or as high as can be.

    `longer` are trainings longer than those of `source`; only "smallest" makes use of them.
    """
    if name == "accurate":
        return AccuracyOracle(source, seed)
    if name == "smallest":
        return ConstrainedOracle(source, bar, seed, longer)
    return KerasTunerOracle(name, source, None if objective == "val_accuracy" else bar, seed)
