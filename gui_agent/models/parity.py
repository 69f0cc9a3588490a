"""The parity gate: do the trainer and the server agree on what was sampled, and on what the model was shown?

Rollouts are sampled by one program and trained on by another. Policy gradients take the server's log-probabilities for
those of the trainer's own policy; where the two differ, by precision, by other weights, by images dropped or resized on
one side, the ratio is wrong before the first update.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from device_farm.config import ConfigModel
from device_farm.errors import PolicyError
from gui_agent.models.base import Completion, Model, Sampling, Scoring
from gui_agent.models.prompt import ChatPrompt, ImagePart, Prompt

_FIX: Final = "serve the weights that are trained, in the same precision, with the same image settings"


class ParityConfig(ConfigModel):
    """What the trainer tolerates. The defaults leave room for bfloat16 kernels of two programs, not for other weights.

    `max_abs` bounds the worst token, `max_mean_abs` the mean over all tokens, both in nats; `max_kl` the estimate of
    the divergence in nats a token. `prompts` times `replies` are sampled, of at most `max_tokens` each.
    """

    max_abs: float = Field(default=2.0, gt=0)
    max_mean_abs: float = Field(default=0.05, gt=0)
    max_kl: float = Field(default=0.01, gt=0)
    prompts: int = Field(default=8, ge=1)
    replies: int = Field(default=1, ge=1)
    max_tokens: int = Field(default=64, ge=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far apart two programs are on the same tokens, in nats."""

    tokens: int
    max_abs: float
    mean_abs: float
    kl: float


def agreement(server_T: NDArray[np.floating[Any]], trainer_T: NDArray[np.floating[Any]]) -> Agreement:
    """Differences d_t = log p_trainer(x_t) − log p_server(x_t) over tokens x_t that the server sampled.

    max|d_t|, mean|d_t|, and the estimate of KL(server ‖ trainer) a token, mean(exp(d_t) − 1 − d_t): unbiased and never
    negative (the "k3" estimator, J. Schulman, "Approximating KL divergence", 2020).

    Assumes that both are of the distribution that was sampled from. No token at all: zeros with `tokens` 0.

    Raises:
        ValueError: the lengths differ, or a value is not finite.
    """
    server_T, trainer_T = np.asarray(server_T, np.float64), np.asarray(trainer_T, np.float64)
    if server_T.shape != trainer_T.shape or server_T.ndim != 1:
        raise ValueError(f"{server_T.shape} of the server, {trainer_T.shape} of the trainer")
    if not (np.isfinite(server_T).all() and np.isfinite(trainer_T).all()):
        raise ValueError("a log-probability is not finite")
    if not len(server_T):
        return Agreement(tokens=0, max_abs=0.0, mean_abs=0.0, kl=0.0)
    difference_T = trainer_T - server_T
    with np.errstate(over="ignore"):  # far beyond every bound; infinity says so
        kl = float(np.mean(np.expm1(difference_T) - difference_T))
    absolute_T = np.abs(difference_T)
    return Agreement(tokens=len(server_T), max_abs=float(absolute_T.max()), mean_abs=float(absolute_T.mean()), kl=kl)


def check_agreement(found: Agreement, config: ParityConfig) -> None:
    """Raises PolicyError naming the first bound that is passed, with both numbers; also when there was no token."""
    if found.tokens == 0:
        raise PolicyError("no token was compared", field="parity", fix="ask the server for log-probabilities")
    for value, bound, name in (
        (found.mean_abs, config.max_mean_abs, "max_mean_abs"),
        (found.kl, config.max_kl, "max_kl"),
        (found.max_abs, config.max_abs, "max_abs"),
    ):
        if not value <= bound:
            message = (
                f"trainer and server differ by {value:.4g} nats over {found.tokens} tokens; the bound is {bound:g} "
                f"(mean {found.mean_abs:.4g}, largest {found.max_abs:.4g}, divergence {found.kl:.4g})"
            )
            raise PolicyError(message, field=f"parity.{name}", fix=_FIX)


def runs_of(token: int, ids: Sequence[int]) -> tuple[int, ...]:
    """Lengths of the unbroken runs of `token`: one an image, as many as it has placeholders."""
    lengths: list[int] = []
    before: int | None = None
    for each in ids:
        if each == token:
            if before != token:
                lengths.append(0)
            lengths[-1] += 1
        before = each
    return tuple(lengths)


def check_prompt(
    prompt: Prompt, server_ids: Sequence[int], trainer_ids: Sequence[int], image_token: int | None
) -> None:
    """Compares what both sides made of one prompt: its images, the size of each, then every token.

    Raises:
        PolicyError: says how many images each side has, or which image has another size, or where the tokens part.
    """
    if image_token is not None:
        parts = (
            [part for message in prompt.messages for part in message.parts] if isinstance(prompt, ChatPrompt) else []
        )
        shown = sum(isinstance(part, ImagePart) for part in parts)
        server, trainer = runs_of(image_token, server_ids), runs_of(image_token, trainer_ids)
        if not shown == len(server) == len(trainer):
            message = f"a prompt of {shown} images: the server has {len(server)}, the trainer {len(trainer)}"
            raise PolicyError(message, field="parity.images", fix=_FIX)
        for index, (theirs, ours) in enumerate(zip(server, trainer, strict=True)):
            if theirs != ours:
                message = f"image {index + 1} of {shown} is {theirs} tokens for the server, {ours} for the trainer"
                raise PolicyError(message, field="parity.images", fix="set the same min_pixels and max_pixels on both")
    if tuple(server_ids) != tuple(trainer_ids):
        pairs = enumerate(zip(server_ids, trainer_ids, strict=False))
        place = next((at for at, (one, other) in pairs if one != other), min(len(server_ids), len(trainer_ids)))
        message = f"the prompts part at token {place} ({len(server_ids)} tokens at the server, {len(trainer_ids)} here)"
        raise PolicyError(message, field="parity.prompt", fix="use the same tokenizer and chat template on both")


async def parity_gate(
    server: Model,
    trainer: Scoring,
    prompts: Sequence[Prompt],
    config: ParityConfig,
    *,
    prompt_ids: Callable[[Prompt], Sequence[int]] | None = None,
    image_token: int | None = None,
    seed: int = 0,
) -> Agreement:
    """Samples from `server` at temperature 1 and scores the same tokens with `trainer`.

    `prompt_ids` is what the trainer makes of a prompt; without it, prompts are not compared token by token. Returns how
    far apart the two are, within the bounds.

    Raises:
        PolicyError: a bound is passed, a prompt differs, or the server gives no token ids with log-probabilities.
    """
    sampling = Sampling(max_tokens=config.max_tokens, temperature=1.0, logprobs=True, seed=seed)
    server_T: list[float] = []
    trainer_T: list[float] = []
    for prompt in prompts[: config.prompts]:
        for reply in await server.generate(prompt, sampling, n=config.replies):
            _check_reply(reply)
            if prompt_ids is not None:
                _check_prompt_of(prompt, reply, prompt_ids(prompt), image_token)
            server_T += reply.logprobs
            trainer_T += await trainer.score(prompt, reply.token_ids)
    try:
        found = agreement(np.asarray(server_T), np.asarray(trainer_T))
    except ValueError as error:
        raise PolicyError(f"the log-probabilities cannot be compared: {error}", field="parity") from error
    check_agreement(found, config)
    return found


def _check_reply(reply: Completion) -> None:
    if not reply.token_ids or len(reply.token_ids) != len(reply.logprobs):
        message = f"the server gave {len(reply.token_ids)} token ids with {len(reply.logprobs)} log-probabilities"
        raise PolicyError(message, field="parity", fix="vLLM gives both; other servers cannot be trained against")


def _check_prompt_of(prompt: Prompt, reply: Completion, ours: Sequence[int], image_token: int | None) -> None:
    if not reply.prompt_token_ids:
        message = "the server does not say what it made of the prompt"
        raise PolicyError(message, field="parity.prompt", fix="serve with vLLM, and token_ids = true")
    check_prompt(prompt, reply.prompt_token_ids, ours, image_token)
