"""Verdicts as rewards: a run with a verifier's word in place of its outcomes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from device_farm.errors import ConfigError
from device_farm.types.trajectory import Episode, Scored, Undecided
from gui_agent.store.reader import RunReader
from gui_agent.store.record import StoredEpisode
from gui_agent.verification.record import verdicts_by, verdicts_of
from verifier.verdict import outcome_of


def outcomes_by(run: Path, verifier: str, episodes: Sequence[Episode], *, field: str) -> dict[str, Scored | Undecided]:
    """Episode id to the outcome that the verdict of `verifier` makes, where there is one.

    Raises:
        ConfigError: there is none at all; names `field`.
        DataError: a file of verdicts is malformed.
    """
    records = verdicts_by(run, verifier, episodes)
    if not records:
        known = ", ".join(verdicts_of(run, episodes)) or "none"
        fix = f"farm verify {run} --verifier {verifier}; there is: {known}"
        raise ConfigError(f"{run} holds no verdict of {verifier!r}", field=field, fix=fix)
    return {name: outcome_of(record.verdict) for name, record in records.items()}


class VerifiedReader(RunReader):
    """A run folder whose episodes have the verdicts of `verifier` as their outcomes.

    What it was not asked about is undecided; what the infrastructure or the policy broke stays what it was.
    """

    def __init__(self, root: Path, verifier: str) -> None:
        super().__init__(root)
        self.verifier = verifier

    def episodes(self) -> Iterator[StoredEpisode]:
        """Raises as RunReader does, and as `outcomes_by`."""
        stored = list(super().episodes())
        outcomes = outcomes_by(self.layout.root, self.verifier, [each.episode for each in stored], field="--verifier")
        for each in stored:
            outcome = each.episode.outcome
            if isinstance(outcome, Scored | Undecided):
                outcome = outcomes.get(each.episode.id, Undecided(reason=f"{self.verifier} was not asked"))
            yield replace(each, episode=replace(each.episode, outcome=outcome))
