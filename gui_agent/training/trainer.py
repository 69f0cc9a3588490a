"""The loop that every recipe shares."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from device_farm.errors import ConfigError, PolicyError
from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import batches_for, length_of, packs, pad
from gui_agent.training.checkpoint import (
    load_state,
    newest,
    prune,
    random_state,
    restore_random_state,
    save_checkpoint,
)
from gui_agent.training.config import TrainerConfig
from gui_agent.training.distributed.split import split
from gui_agent.training.distributed.team import SOLO, Team, agreed, first_does, totals
from gui_agent.training.distributed.weights import Weights, WholeWeights
from gui_agent.training.metrics import Listener, MetricsLog
from gui_agent.training.objective import Following, Objective
from gui_agent.training.policy import TrainablePolicy
from gui_agent.training.schedule import learning_rate
from gui_agent.training.source import SampleSource, Supply

CHECKPOINTS = "checkpoints"
METRICS = "metrics.jsonl"
_RANK_SEED = 1_000_003
"""Between the seeds of two ranks, which drop out and draw each for itself."""


@dataclass(frozen=True, slots=True)
class _Before:
    """What a micro-batch had before the update's first step, (N, T) each: the scores of the reference, where the
    objective wants them, and those of the policy itself.
    """

    reference_NT: torch.Tensor | None
    logprobs_NT: torch.Tensor


class Trainer:
    """Trains `policy` on what `source` gives, into the folder `out`.

    The loss of an update is the mean over all its trained tokens, however they fall into micro-batches and on the ranks
    of `team`. `reference` is a frozen policy that scores the same samples, for objectives that need one. `weights` says
    how those of the policy are held; without it, whole. Rank 0 writes metrics and checkpoints, and tells the listeners.
    """

    def __init__(
        self,
        policy: TrainablePolicy,
        objective: Objective,
        source: SampleSource,
        config: TrainerConfig,
        out: Path,
        *,
        reference: TrainablePolicy | None = None,
        listeners: Sequence[Listener] = (),
        team: Team = SOLO,
        weights: Weights | None = None,
    ) -> None:
        """Raises ConfigError where nothing can be trained, or the objective lacks its reference."""
        held = weights or WholeWeights(policy)
        if not held.trained:
            raise ConfigError("the policy has no parameter to train", field="policy")
        if objective.needs_reference and reference is None:
            raise ConfigError(
                "the objective compares with a reference policy, and there is none", field="loss.kl", fix="set it to 0"
            )
        self._policy, self._objective, self._source = policy, objective, source
        self._config, self._out = config, out
        self._reference, self._listeners = reference, listeners
        self._team, self._held = team, held
        self._device = held.trained[0].device
        made = config.optimiser
        self._optimiser = torch.optim.AdamW(
            held.trained, lr=made.lr, betas=made.betas, eps=made.eps, weight_decay=made.weight_decay
        )
        self._log = MetricsLog(out / METRICS)
        self._done = 0
        self._skipped = 0
        self._bad_in_row = 0

    async def run(self, *, resume: bool = False) -> dict[str, Any]:
        """All updates that are left; the last line of the metrics.

        Raises:
            ConfigError: `out` holds a run, and `resume` is not given.
            DataError: there are checkpoints, but none that is whole and of this model.
            PolicyError: the loss or gradient was not finite in too many updates in a row.
        """
        self._open(resume=resume)
        while self._done < self._config.updates:
            begun_s = time.perf_counter()
            self._policy.module.eval()
            with self._held.gathered():
                supply = await self._source.next(self._done)
            given_s = time.perf_counter()
            # In a thread, so that rollouts and displays of the same process go on.
            record = await asyncio.to_thread(self._update, supply)
            self._done += 1
            self._report(
                {
                    "update": self._done,
                    **record,
                    **supply.figures,
                    "skipped": self._skipped,
                    "sampling_s": given_s - begun_s,
                    "training_s": time.perf_counter() - given_s,
                }
            )
            self._stop_where_broken()
            if self._done % self._config.checkpoint_every == 0 or self._done == self._config.updates:
                await asyncio.to_thread(self._save)
        self._tell_where_nothing_was_learnt()
        return first_does(self._team, self._last)

    def _last(self) -> dict[str, Any]:
        records = self._log.read()
        return records[-1] if records else {}

    def _update(self, supply: Supply) -> dict[str, Any]:
        lr = learning_rate(self._config.optimiser, self._done, self._config.updates)
        tokens = sum(int(sample.mask_T.sum()) for sample in supply.samples)
        record: dict[str, Any] = {"loss": None, "lr": lr, "samples": len(supply.samples), "tokens": tokens}
        if not tokens:
            self._skipped += 1
            return record
        for group in self._optimiser.param_groups:
            group["lr"] = lr
        self._policy.module.train()
        passes: list[dict[str, float]] = []
        before: list[_Before] = []
        while len(passes) < self._config.epochs:
            figures = self._pass(supply.samples, tokens, before)
            if figures is None:
                self._skipped += 1
                self._bad_in_row += 1
                return record
            passes.append(figures)
        self._bad_in_row = 0
        return {**record, **_means(passes)}

    def _pass(self, samples: Sequence[TrainSample], tokens: int, before: list[_Before]) -> dict[str, float] | None:
        """One optimiser step on all samples; None, and none taken, where loss or gradient is not finite."""
        if isinstance(self._objective, Following):
            self._objective.begin(samples)
        with self._held.update():
            figures = self._accumulate(samples, tokens, before)
            self._held.collect()
        norm = self._held.clip(self._config.optimiser.clip_norm or float("inf"))
        finite = figures is not None and math.isfinite(norm)
        if finite:
            self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        return {**figures, "gradient_norm": norm} if figures is not None and finite else None

    def _accumulate(
        self, samples: Sequence[TrainSample], tokens: int, before: list[_Before]
    ) -> dict[str, float] | None:
        """Adds up the gradients of all micro-batches; None where the loss of any, on any rank, is not finite."""
        own: dict[str, float] | None = None
        error: Exception | None = None
        try:
            own = self._parts(samples, tokens, before)
        except Exception as failed:
            if not self._held.independent:
                raise
            error = failed
        return totals(self._team.gather(own, error))

    def _parts(self, samples: Sequence[TrainSample], tokens: int, before: list[_Before]) -> dict[str, float] | None:
        """Of this rank's share of the samples. The first of several passes fills `before`, an entry a micro-batch."""
        batches = self._batches(samples)
        sums: dict[str, float] = {}
        finite = True
        for number in range(self._held.rounds(len(batches))):
            # A rank that is done goes on with work that counts nothing while the others need it.
            counts = number < len(batches)
            batch = batches[number] if counts else samples[:1]
            known = before[number] if number < len(before) else None
            reference_NT = known.reference_NT if known else self._reference_logprobs(batch)
            padded = pad(batch, self._device, reference_NT, known.logprobs_NT if known else None)
            scores = self._held.score(batch)
            if known is None and self._config.epochs > 1:
                before.append(_Before(reference_NT, scores.logprobs_NT.detach()))
            loss, figures = self._objective(scores, padded, tokens=tokens)
            (loss if counts else loss * 0).backward()
            if not counts:
                continue
            finite = finite and bool(torch.isfinite(loss))
            sums["loss"] = sums.get("loss", 0.0) + float(loss.detach())
            share = float(padded.mask_NT.sum()) / tokens
            for name, figure in figures.items():
                sums[name] = sums.get(name, 0.0) + share * figure
        return sums if finite else None

    def _batches(self, samples: Sequence[TrainSample]) -> list[list[TrainSample]]:
        measure = length_of(self._policy)
        lengths = [measure(sample) for sample in samples]
        # What a packing policy computes once for a whole group stays on one rank.
        keys = [sample.trajectory.partition("#" if packs(self._policy) else "\0")[0] for sample in samples]
        own = split(keys, lengths, self._team.size)[self._team.rank] if self._team.size > 1 else range(len(samples))
        return batches_for(self._policy, [samples[at] for at in own], self._config.tokens)

    def _reference_logprobs(self, batch: Sequence[TrainSample]) -> torch.Tensor | None:
        if self._reference is None or not self._objective.needs_reference:
            return None
        with torch.no_grad():
            return self._reference.score(batch).logprobs_NT.to(self._device)

    def _stop_where_broken(self) -> None:
        if self._bad_in_row >= self._config.bad_limit:
            raise PolicyError(
                f"loss or gradient was not finite in {self._bad_in_row} updates in a row, the last {self._done}",
                field="trainer.optimiser.lr",
                fix="lower it, look at the rewards, and go on with --resume from the checkpoint before",
            )

    def _tell_where_nothing_was_learnt(self) -> None:
        if self._team.rank or self._bad_in_row or not 0 < self._done == self._skipped:
            return
        message = f"none of {self._done} updates had anything to learn from, and the weights are those of the start"
        fix = "see groups_equal in the metrics: a policy whose every reply is as good as another needs sft first"
        for listener in self._listeners:
            listener.on_note(f"{message} ({fix})")

    def _report(self, record: dict[str, Any]) -> None:
        if self._team.rank:
            return
        self._log.append(record)
        for listener in self._listeners:
            listener.on_update(record)

    def _open(self, *, resume: bool) -> None:
        folder = first_does(self._team, lambda: self._found(resume=resume))
        if folder is None:
            torch.manual_seed(self._seed())
        else:
            self._restore(folder)
        first_does(self._team, lambda: self._log.cut(self._done) if resume else None)

    def _found(self, *, resume: bool) -> Path | None:
        """The checkpoint to go on from."""
        root = self._out / CHECKPOINTS
        self._out.mkdir(parents=True, exist_ok=True)
        if not resume:
            if (self._out / METRICS).exists() or root.exists():
                raise ConfigError(f"{self._out} holds a run", field="--out", fix="add --resume, or name another folder")
            return None
        found = newest(root)
        for error in found.refused:
            for listener in self._listeners:
                listener.on_note(str(error))
        if found.folder is None and found.refused:
            raise found.refused[-1]
        return found.folder

    def _seed(self) -> int:
        """Rank 0 draws what a single process would."""
        return self._config.seed + _RANK_SEED * self._team.rank

    def _save(self) -> None:
        generators = self._team.gather(random_state())
        held = self._held.state(self._optimiser)
        counts = {"done": self._done, "skipped": self._skipped, "bad_in_row": self._bad_in_row}
        objective = self._objective.state() if isinstance(self._objective, Following) else {}
        rest = {"source": self._source.state(), "random": generators[0], "ranks": generators[1:], "counts": counts}
        rest["objective"] = objective
        with self._held.whole():
            first_does(self._team, lambda: self._write({**held, **rest}))

    def _write(self, state: dict[str, Any]) -> None:
        save_checkpoint(self._out / CHECKPOINTS, self._done, state, self._policy.save)
        prune(self._out / CHECKPOINTS, self._config.keep, self._done)

    def _restore(self, folder: Path) -> None:
        """Of as many ranks as there are; those that the checkpoint knows nothing of draw anew."""
        state = agreed(self._team, lambda: load_state(folder) if self._team.rank == 0 else {})
        held: dict[str, Any] = {name: state.pop(name) for name in ("module", "optimiser") if name in state}
        self._held.restore(held or None, self._optimiser)
        state = self._team.gather(state)[0]
        self._source.restore(state["source"])
        if isinstance(self._objective, Following):
            self._objective.restore(state["objective"])
        counts = state["counts"]
        self._done, self._skipped, self._bad_in_row = counts["done"], counts["skipped"], counts["bad_in_row"]
        generators = [state["random"], *state.get("ranks", ())]
        if self._team.rank < len(generators):
            restore_random_state(generators[self._team.rank])
        else:
            torch.manual_seed(self._seed() + self._done)


def _means(passes: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: sum(figures[name] for figures in passes) / len(passes) for name in passes[0]}
