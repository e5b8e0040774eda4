"""Oracles by name."""

from __future__ import annotations

from search.accuracy_oracle import AccuracyOracle
from search.candidates import CandidateSource
from search.keras_tuner_oracles import KerasTunerOracle
from search.objective import Objective
from search.oracle import ConstrainedOracle, Oracle
from search.study import OracleName


def make_oracle(
    name: OracleName, source: CandidateSource, bar: float, seed: int, objective: Objective = "parameters"
) -> Oracle:
    """The oracle of that name, for validation accuracy of at least `bar` (margin included), or as high as can be."""
    if name == "accurate":
        return AccuracyOracle(source, seed)
    if name == "smallest":
        return ConstrainedOracle(source, bar, seed)
    return KerasTunerOracle(name, source, None if objective == "val_accuracy" else bar, seed)
