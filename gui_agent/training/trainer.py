"""The loop that every recipe shares."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from device_farm.errors import ConfigError, PolicyError
from gui_agent.rl.types import TrainSample
from gui_agent.training.batches import batches_for, pad
from gui_agent.training.checkpoint import (
    load_state,
    newest,
    prune,
    random_state,
    restore_random_state,
    restore_trained_state,
    save_checkpoint,
    trained_state,
)
from gui_agent.training.config import TrainerConfig
from gui_agent.training.metrics import Listener, MetricsLog
from gui_agent.training.objective import Objective
from gui_agent.training.policy import TrainablePolicy
from gui_agent.training.schedule import learning_rate
from gui_agent.training.source import SampleSource, Supply

CHECKPOINTS = "checkpoints"
METRICS = "metrics.jsonl"


class Trainer:
    """Trains `policy` on what `source` gives, into the folder `out`.

    The loss of an update is the mean over all its trained tokens, however they fall into micro-batches. `reference` is
    a frozen policy that scores the same samples, for objectives that need one.
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
    ) -> None:
        """Raises ConfigError where nothing can be trained, or the objective lacks its reference."""
        weights = [weight for weight in policy.module.parameters() if weight.requires_grad]
        if not weights:
            raise ConfigError("the policy has no parameter to train", field="policy")
        if objective.needs_reference and reference is None:
            raise ConfigError(
                "the objective compares with a reference policy, and there is none", field="loss.kl", fix="set it to 0"
            )
        self._policy, self._objective, self._source = policy, objective, source
        self._config, self._out = config, out
        self._reference, self._listeners = reference, listeners
        self._weights = weights
        self._device = weights[0].device
        made = config.optimiser
        self._optimiser = torch.optim.AdamW(
            weights, lr=made.lr, betas=made.betas, eps=made.eps, weight_decay=made.weight_decay
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
        figures = self._accumulate(supply.samples, tokens)
        norm = self._clip() if figures is not None else float("nan")
        if figures is None or not torch.isfinite(torch.tensor(norm)):
            self._optimiser.zero_grad(set_to_none=True)
            self._skipped += 1
            self._bad_in_row += 1
            return record
        self._optimiser.step()
        self._optimiser.zero_grad(set_to_none=True)
        self._bad_in_row = 0
        return {**record, **figures, "gradient_norm": norm}

    def _accumulate(self, samples: Sequence[TrainSample], tokens: int) -> dict[str, float] | None:
        """Adds up the gradients of all micro-batches; None as soon as a loss is not finite."""
        sums: dict[str, float] = {}
        for batch in batches_for(self._policy, samples, self._config.tokens):
            padded = pad(batch, self._device, self._reference_logprobs(batch))
            loss, figures = self._objective(self._policy.score(batch), padded, tokens=tokens)
            if not torch.isfinite(loss):
                return None
            loss.backward()
            sums["loss"] = sums.get("loss", 0.0) + float(loss.detach())
            share = float(padded.mask_NT.sum()) / tokens
            for name, figure in figures.items():
                sums[name] = sums.get(name, 0.0) + share * figure
        return sums

    def _reference_logprobs(self, batch: Sequence[TrainSample]) -> torch.Tensor | None:
        if self._reference is None or not self._objective.needs_reference:
            return None
        with torch.no_grad():
            return self._reference.score(batch).logprobs_NT.to(self._device)

    def _clip(self) -> float:
        limit = self._config.optimiser.clip_norm or float("inf")
        return float(torch.nn.utils.clip_grad_norm_(self._weights, limit))

    def _stop_where_broken(self) -> None:
        if self._bad_in_row >= self._config.bad_limit:
            raise PolicyError(
                f"loss or gradient was not finite in {self._bad_in_row} updates in a row, the last {self._done}",
                field="trainer.optimiser.lr",
                fix="lower it, look at the rewards, and go on with --resume from the checkpoint before",
            )

    def _report(self, record: dict[str, Any]) -> None:
        self._log.append(record)
        for listener in self._listeners:
            listener.on_update(record)

    def _open(self, *, resume: bool) -> None:
        root = self._out / CHECKPOINTS
        self._out.mkdir(parents=True, exist_ok=True)
        if not resume:
            if (self._out / METRICS).exists() or root.exists():
                raise ConfigError(f"{self._out} holds a run", field="--out", fix="add --resume, or name another folder")
            torch.manual_seed(self._config.seed)
            return
        found = newest(root)
        for error in found.refused:
            for listener in self._listeners:
                listener.on_note(str(error))
        if found.folder is not None:
            self._restore(load_state(found.folder))
        elif found.refused:
            raise found.refused[-1]
        else:
            torch.manual_seed(self._config.seed)
        self._log.cut(self._done)

    def _save(self) -> None:
        state = {
            "module": trained_state(self._policy.module),
            "optimiser": self._optimiser.state_dict(),
            "source": self._source.state(),
            "random": random_state(),
            "counts": {"done": self._done, "skipped": self._skipped, "bad_in_row": self._bad_in_row},
        }
        save_checkpoint(self._out / CHECKPOINTS, self._done, state, self._policy.save)
        prune(self._out / CHECKPOINTS, self._config.keep)

    def _restore(self, state: dict[str, Any]) -> None:
        restore_trained_state(self._policy.module, state["module"])
        self._optimiser.load_state_dict(state["optimiser"])
        self._source.restore(state["source"])
        counts = state["counts"]
        self._done, self._skipped, self._bad_in_row = counts["done"], counts["skipped"], counts["bad_in_row"]
        restore_random_state(state["random"])
