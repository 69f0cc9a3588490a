from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from device_farm.errors import PolicyError
from device_farm.types.geometry import Size
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.parity import (
    Agreement,
    ParityConfig,
    agreement,
    check_agreement,
    check_prompt,
    parity_gate,
    runs_of,
)
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Prompt, TextPart

PAD = 9
IMAGE = ImagePart(data=b"", media_type="image/png", size=Size(1, 1), digest="d")
PROMPT = ChatPrompt(messages=(Message(role="user", parts=(IMAGE, TextPart(text="t"), IMAGE)),))
IDS = (1, PAD, PAD, 2, PAD, PAD, PAD)


@dataclass
class TwoSided:
    """A server that samples tokens with `server` log-probabilities, and a trainer that gives them `trainer`."""

    server: tuple[float, ...]
    trainer: tuple[float, ...]
    prompt_ids: tuple[int, ...] = IDS
    asked: list[Sampling] = field(default_factory=list)
    name: str = "two-sided"

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        self.asked.append(sampling)
        ids = tuple(range(3))
        return (Completion(text="", token_ids=ids, logprobs=self.server, prompt_token_ids=self.prompt_ids),) * n

    async def score(self, prompt: Prompt, token_ids: tuple[int, ...], *, temperature: float = 1.0) -> tuple[float, ...]:
        return self.trainer[: len(token_ids)]


def gate(sides: TwoSided, **changes: Any) -> Agreement:
    values: dict[str, Any] = {"prompt_ids": lambda prompt: IDS, "image_token": PAD, **changes}
    return asyncio.run(parity_gate(sides, sides, [PROMPT] * 3, ParityConfig(prompts=2), **values))


def test_figures_are_as_worked_out_by_hand() -> None:
    found = agreement(np.array([-1.0, -2.0]), np.array([-1.0 + math.log(2), -2.0]))
    assert found.tokens == 2
    assert found.max_abs == pytest.approx(math.log(2)) and found.mean_abs == pytest.approx(math.log(2) / 2)
    # exp(ln 2) - 1 - ln 2 at one token, 0 at the other.
    assert found.kl == pytest.approx((1 - math.log(2)) / 2)


_VALUES = arrays.arrays(np.float64, 5, elements=st.floats(-30, 0))


@given(server=_VALUES, trainer=_VALUES)
def test_divergence_is_never_negative_and_zero_only_without_a_difference(server: Any, trainer: Any) -> None:
    found = agreement(server, trainer)
    assert found.kl >= 0 and found.mean_abs <= found.max_abs
    assert agreement(server, server) == Agreement(tokens=5, max_abs=0.0, mean_abs=0.0, kl=0.0)


@pytest.mark.parametrize("trainer", [[-1.0], [[-1.0, -1.0]], [math.nan, -1.0], [-math.inf, -1.0]])
def test_what_cannot_be_compared_is_refused(trainer: Any) -> None:
    with pytest.raises(ValueError):
        agreement(np.array([-1.0, -1.0]), np.array(trainer))


@pytest.mark.parametrize(
    ("found", "field"),
    [
        (Agreement(tokens=9, max_abs=0.1, mean_abs=0.06, kl=0.0), "parity.max_mean_abs"),
        (Agreement(tokens=9, max_abs=0.1, mean_abs=0.01, kl=0.02), "parity.max_kl"),
        (Agreement(tokens=9, max_abs=2.5, mean_abs=0.01, kl=0.001), "parity.max_abs"),
        (Agreement(tokens=9, max_abs=2.5, mean_abs=0.01, kl=math.inf), "parity.max_kl"),
        (Agreement(tokens=0, max_abs=0.0, mean_abs=0.0, kl=0.0), "parity"),
    ],
)
def test_each_bound_refuses_by_its_name(found: Agreement, field: str) -> None:
    with pytest.raises(PolicyError) as caught:
        check_agreement(found, ParityConfig())
    assert caught.value.field == field and caught.value.fix


def test_gate_passes_equals_and_samples_at_temperature_one() -> None:
    sides = TwoSided((-1.0, -2.0, -3.0), (-1.0, -2.0, -3.01))
    found = gate(sides)
    assert found.tokens == 6 and found.max_abs == pytest.approx(0.01)
    assert all(asked.temperature == 1.0 and asked.top_p == 1.0 and asked.logprobs for asked in sides.asked)


def test_gate_refuses_other_weights_and_says_how_far_off() -> None:
    with pytest.raises(
        PolicyError, match=r"parity\.max_mean_abs: trainer and server differ by 0\.5 nats over 6 tokens"
    ):
        gate(TwoSided((-1.0, -2.0, -3.0), (-1.5, -1.5, -3.5)))


def test_gate_refuses_a_server_that_dropped_an_image() -> None:
    with pytest.raises(PolicyError, match="a prompt of 2 images: the server has 1, the trainer 2"):
        gate(TwoSided((-1.0,) * 3, (-1.0,) * 3, prompt_ids=(1, PAD, PAD, 2)))


def test_gate_refuses_a_server_that_resized_an_image() -> None:
    with pytest.raises(PolicyError, match="image 2 of 2 is 2 tokens for the server, 3 for the trainer"):
        gate(TwoSided((-1.0,) * 3, (-1.0,) * 3, prompt_ids=(1, PAD, PAD, 2, PAD, PAD)))


def test_gate_refuses_another_chat_template() -> None:
    with pytest.raises(PolicyError, match="the prompts part at token 3"):
        gate(TwoSided((-1.0,) * 3, (-1.0,) * 3, prompt_ids=(1, PAD, PAD, 7, PAD, PAD, PAD)))


@pytest.mark.parametrize(("server", "prompt_ids"), [((), IDS), ((-1.0,), IDS), ((-1.0,) * 3, ())])
def test_gate_refuses_a_server_that_does_not_tell(server: tuple[float, ...], prompt_ids: tuple[int, ...]) -> None:
    with pytest.raises(PolicyError, match="parity"):
        gate(TwoSided(server, (-1.0,) * 3, prompt_ids=prompt_ids))


def test_prompts_of_other_length_part_where_the_shorter_ends() -> None:
    with pytest.raises(PolicyError, match=r"part at token 2 \(2 tokens at the server, 3 here\)"):
        check_prompt(PROMPT, (1, 2), (1, 2, 3), None)


def test_runs_of_a_token() -> None:
    assert runs_of(PAD, IDS) == (2, 3) and runs_of(PAD, ()) == () and runs_of(PAD, (PAD, 1, PAD)) == (1, 1)
