"""A transformers model as a trainable policy."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from device_farm.errors import DataError, PolicyError
from gui_agent.models.prompt import Prompt
from gui_agent.models.transformers_parts import TransformersParts
from gui_agent.models.transformers_sampling import check_sayable
from gui_agent.rl.types import TrainSample
from gui_agent.training.language.export import Source, save_language_model
from gui_agent.training.language.scorer import Encoded, encoded, packed_inputs, padded_inputs, score
from gui_agent.training.packing import packed_batches
from gui_agent.training.policy import TokenScores

_KEPT = 1024
"""Encoded samples that are kept: batching, the reference and the parity gate ask for the same ones again."""


class TransformersPolicy:
    """Scores the very tokens that were sampled; only prompts are tokenised.

    With `packs`, the samples of a call are one sequence in which what they share stands once (`training.packing`), and
    each screen goes through the vision tower once; without, they are the rows of a padded batch. Log-probabilities are
    those at `temperature`, that of the sampler.

    Raises ConfigError for an architecture whose packed sequences would not be exact.
    """

    def __init__(
        self,
        parts: TransformersParts,
        source: Source,
        *,
        packs: bool = True,
        temperature: float = 1.0,
        max_context: int = 16_384,
    ) -> None:
        self.parts = parts
        self.packs = packs
        self._source = source
        self._temperature = temperature
        self._max_context = max_context
        self._encoded: OrderedDict[int, tuple[TrainSample, Encoded]] = OrderedDict()

    @property
    def module(self) -> torch.nn.Module:
        module: torch.nn.Module = self.parts.module
        return module

    def length(self, sample: TrainSample) -> int:
        """Tokens of prompt and response."""
        return len(self.encode(sample).whole.ids_T)

    def batches(self, samples: Sequence[TrainSample], tokens: int) -> list[list[TrainSample]]:
        found = packed_batches([self.encode(sample).step for sample in samples], tokens)
        return [[samples[index] for index in batch] for batch in found]

    def score(self, samples: Sequence[TrainSample]) -> TokenScores:
        """Raises DataError naming the sample whose prompt or tokens are not for this model."""
        steps = [self.encode(sample) for sample in samples]
        lengths = [one.response for one in steps]
        with self.parts.computing():
            inputs = (packed_inputs if self.packs else padded_inputs)(self.parts, steps)
            logprobs_P, entropies_P = score(self.parts, inputs, self._temperature)
        rows = torch.from_numpy(np.repeat(np.arange(len(steps)), lengths)).to(logprobs_P.device)
        columns = torch.from_numpy(np.concatenate([np.arange(length) for length in lengths])).to(logprobs_P.device)
        empty_NT = logprobs_P.new_zeros(len(steps), max(lengths))
        return TokenScores(
            logprobs_NT=empty_NT.index_put((rows, columns), logprobs_P),
            entropies_NT=empty_NT.index_put((rows, columns), entropies_P),
        )

    def encode(self, sample: TrainSample) -> Encoded:
        """Raises DataError naming trajectory and step."""
        known = self._encoded.get(id(sample))
        if known is not None:
            return known[1]
        where = f"{sample.trajectory or 'a sample'} step {sample.step}"
        ids = sample.response_ids_T.tolist()
        if not ids:
            raise DataError(f"{where} has no token", field="response_ids_T")
        try:
            check_sayable(self.parts, ids)
            found = encoded(self.parts, self.parts.encoder.encode(sample.prompt), ids)
        except PolicyError as error:
            raise DataError(f"{where}: {error.message}", field="prompt") from error
        if len(found.whole.ids_T) > self._max_context:
            message = f"{where} has {len(found.whole.ids_T)} tokens, more than {self._max_context}"
            raise DataError(message, field="policy.max_context", fix="raise it, or show less of the past")
        # With the sample itself: while it is kept, its id is no other's.
        self._encoded[id(sample)] = (sample, found)
        if len(self._encoded) > _KEPT:
            self._encoded.popitem(last=False)
        return found

    def prompt_ids(self, prompt: Prompt) -> tuple[int, ...]:
        """What this side makes of a prompt, for the parity gate."""
        return tuple(self.parts.encoder.encode(prompt).ids_T.tolist())

    @property
    def image_token(self) -> int | None:
        form = self.parts.encoder.form
        return form.token_id if form else None

    def save(self, folder: Path) -> None:
        """A folder that `AutoModelFor…` and vLLM load: adapters merged in, and once more beside it as such."""
        save_language_model(self.parts.module, self._source, folder)
