"""Oracles by name."""

from __future__ import annotations

from search.candidates import CandidateSource
from search.keras_tuner_oracles import KerasTunerOracle
from search.oracle import ConstrainedOracle, Oracle
from search.study import OracleName


def make_oracle(name: OracleName, source: CandidateSource, bar: float, seed: int) -> Oracle:
    """The oracle of that name, for validation accuracy of at least `bar` (margin included)."""
    if name == "smallest":
        return ConstrainedOracle(source, bar, seed)
    return KerasTunerOracle(name, source, bar, seed)
