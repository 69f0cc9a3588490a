from __future__ import annotations

import json

import pytest

from device_farm.errors import DataError
from device_farm.types.codec.json import dumps, encode, loads
from device_farm.types.trajectory import ModelTurn


def test_turn_without_tokens_is_written_as_it_always_was() -> None:
    stored = {"text": "t", "thought": "", "latency_ms": 1.0, "prompt_tokens": 3, "completion_tokens": None}
    turn = ModelTurn(text="t", latency_ms=1.0, prompt_tokens=3)
    assert encode(turn) == stored
    assert loads(ModelTurn, json.dumps({**stored, "version": 1, "type": "model_turn"})) == turn


def test_sampled_tokens_survive_storage_exactly() -> None:
    turn = ModelTurn(text="t", token_ids=(151645, 7), logprobs=(-0.1, -2.5e-9))
    assert loads(ModelTurn, dumps(turn)) == turn


def test_token_that_is_no_integer_is_named() -> None:
    data = {**json.loads(dumps(ModelTurn(text="t"))), "token_ids": [1, "x"]}
    with pytest.raises(DataError, match=r"token_ids\[1\]"):
        loads(ModelTurn, json.dumps(data))
