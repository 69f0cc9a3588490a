"""Packed steps against each step on its own: the same log-probabilities, the same gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gui_agent.training.packing import ImageSpan, Packed, StepTokens, pack

PATCHES = 2
"""Tokens that a screen takes; their id is 0."""


def block_mask(packed: Packed) -> NDArray[np.bool_]:
    """bool (T, T), True where the token of the row sees that of the column."""
    index_T = np.arange(len(packed.ids_T))
    rows, columns = index_T[:, None], index_T[None, :]
    return np.asarray((columns <= rows) & (rows < packed.ends_T[None, :]))


def tokens(*ids: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    return np.array(ids, dtype=np.int64)


def step(parts: list[int | str], response: int) -> StepTokens:
    """Ids, and screens by their names."""
    ids: list[int] = []
    spans = []
    for part in parts:
        if isinstance(part, str):
            spans.append(ImageSpan(key=part, start=len(ids), length=PATCHES))
            ids += [0] * PATCHES
        else:
            ids.append(part)
    return StepTokens(ids_T=tokens(*ids), response=response, images=tuple(spans))


def test_pack_growing_history_holds_every_token_once() -> None:
    packed = pack([step([1, "a", 5, 6], 2), step([1, "a", 5, 6, "b", 7], 1)])
    assert packed.ids_T.tolist() == [1, 0, 0, 5, 6, 0, 0, 7]
    assert packed.images == ("a", "b")
    assert packed.image_T.tolist() == [-1, 0, 0, -1, -1, 1, 1, -1]
    assert packed.patch_T.tolist() == [0, 0, 1, 0, 0, 0, 1, 0]
    assert packed.positions_AT.tolist() == [[0, 1, 2, 3, 4, 5, 6, 7]]
    assert [indices.tolist() for indices in packed.predictors] == [[2, 3], [6]]
    assert [ids.tolist() for ids in packed.targets] == [[5, 6], [7]]
    assert block_mask(packed).tolist() == np.tri(8, dtype=bool).tolist()
    assert packed.saving == pytest.approx(13 / 8)


def test_pack_dropped_screen_repeats_what_follows_but_no_screen() -> None:
    packed = pack([step([1, "a", 5], 1), step([1, 5, "b", 6], 1)])
    assert packed.ids_T.tolist() == [1, 0, 0, 5, 5, 0, 0, 6]
    assert packed.positions_AT.tolist() == [[0, 1, 2, 3, 1, 2, 3, 4]]
    assert packed.ends_T.tolist() == [8, 4, 4, 4, 8, 8, 8, 8]
    assert packed.images == ("a", "b")
    assert block_mask(packed)[4].tolist() == [True, False, False, False, True, False, False, False]


def test_pack_same_placeholders_of_other_screens_are_not_shared() -> None:
    packed = pack([step([1, "a", 5], 1), step([1, "b", 5], 1)])
    assert packed.ids_T.tolist() == [1, 0, 0, 5, 0, 0, 5]


def test_pack_keeps_positions_of_several_axes() -> None:
    positions = np.arange(8).reshape(2, 4)
    packed = pack([StepTokens(ids_T=tokens(1, 2, 3, 4), response=1, positions_AT=positions)])
    assert packed.positions_AT.tolist() == positions.tolist()


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([], "no step"),
        ([StepTokens(ids_T=tokens(1, 2), response=2)], "response of 2"),
        ([StepTokens(ids_T=tokens(1, 2), response=1, images=(ImageSpan(key="a", start=1, length=2),))], "image a"),
    ],
)
def test_pack_refuses_what_cannot_be(steps: list[StepTokens], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        pack(steps)


def path_of(packed: Packed, last: int) -> list[int]:
    """What the last token of a step sees, in order."""
    return np.flatnonzero(block_mask(packed)[last]).tolist()


@given(st.lists(st.lists(st.integers(1, 2), min_size=2, max_size=7), min_size=1, max_size=6))
def test_pack_every_step_sees_its_own_sequence_and_no_more(sequences: list[list[int]]) -> None:
    packed = pack([StepTokens(ids_T=tokens(*ids), response=1) for ids in sequences])
    prefixes = {tuple(ids[:end]) for ids in sequences for end in range(1, len(ids) + 1)}
    assert len(packed.ids_T) == len(prefixes)
    for ids, predictors in zip(sequences, packed.predictors, strict=True):
        seen = path_of(packed, int(predictors[-1]))
        assert packed.ids_T[seen].tolist() == ids[:-1]
        assert packed.positions_AT[0][seen].tolist() == list(range(len(ids) - 1))


torch = pytest.importorskip("torch", reason="torch is not installed")


class TinyTransformer(torch.nn.Module):  # type: ignore[name-defined, misc]
    """Two causal layers over text and screens; counts how many screens its vision tower encoded."""

    def __init__(self, width: int = 8, vocabulary: int = 9, layers: int = 2) -> None:
        super().__init__()
        generator = torch.Generator().manual_seed(0)
        shapes = {"words": (vocabulary, width), "places": (64, width), "vision": (3, width), "out": (width, vocabulary)}
        for layer in range(layers):
            shapes |= {f"{name}{layer}": (width, width) for name in ("query", "key", "value", "mix")}
        self.weights = torch.nn.ParameterDict(
            {
                name: torch.nn.Parameter(torch.randn(shape, generator=generator, dtype=torch.float64) * 0.5)
                for name, shape in shapes.items()
            }
        )
        self.layers = layers
        self.encoded = 0

    def forward(self, packed: Packed, screens: dict[str, Any]) -> Any:
        w = self.weights
        hidden = w["words"][torch.as_tensor(packed.ids_T)]
        if packed.images:
            pixels = torch.stack([screens[key] for key in packed.images])
            self.encoded += len(packed.images)
            features = torch.tanh(pixels @ w["vision"])
            shown = torch.as_tensor(packed.image_T)
            seen = features[shown.clamp(min=0), torch.as_tensor(packed.patch_T)]
            hidden = torch.where((shown >= 0)[:, None], seen, hidden)
        hidden = hidden + w["places"][torch.as_tensor(packed.positions_AT[0])]
        mask = torch.as_tensor(block_mask(packed))
        for layer in range(self.layers):
            query, key, value = (hidden @ w[f"{name}{layer}"] for name in ("query", "key", "value"))
            scores = (query @ key.T / 8**0.5).masked_fill(~mask, -torch.inf)
            hidden = hidden + torch.tanh((scores.softmax(-1) @ value) @ w[f"mix{layer}"])
        return (hidden @ w["out"]).log_softmax(-1)


def logprobs(model: TinyTransformer, steps: list[StepTokens], screens: dict[str, Any]) -> list[Any]:
    packed = pack(steps)
    table = model(packed, screens)
    return [
        table[torch.as_tensor(indices), torch.as_tensor(ids)]
        for indices, ids in zip(packed.predictors, packed.targets, strict=True)
    ]


def gradients(model: TinyTransformer, results: list[Any]) -> dict[str, Any]:
    """Of a loss that weighs every token differently."""
    loss = sum((values * torch.arange(1, len(values) + 1)).sum() * (index + 1) for index, values in enumerate(results))
    model.zero_grad()
    loss.backward()
    none = torch.zeros_like
    return {
        name: none(weight) if weight.grad is None else weight.grad.clone() for name, weight in model.weights.items()
    }


def trajectory(images: int, steps: int = 4) -> list[StepTokens]:
    """A dialogue in which all replies stay and the last `images` screens do."""
    result = []
    for index in range(steps):
        parts: list[int | str] = [1]
        for turn in range(index + 1):
            parts += [f"s{turn}"] if turn > index - images else [8]
            parts += [2 + turn, 3]
        result.append(step(parts, 2))
    return result


@pytest.mark.parametrize(("images", "saving"), [(9, 2.0), (2, 1.0), (1, 1.0)])
def test_packed_trajectory_equals_steps_on_their_own(images: int, saving: float) -> None:
    model, steps = TinyTransformer(), trajectory(images)
    screens = {
        f"s{turn}": torch.randn(PATCHES, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(turn))
        for turn in range(4)
    }
    alone = [logprobs(model, [one], screens)[0] for one in steps]
    encoded_alone, model.encoded = model.encoded, 0
    expected = gradients(model, alone)
    together = logprobs(model, steps, screens)
    assert model.encoded == 4 <= encoded_alone
    assert pack(steps).saving > saving
    for one, other in zip(together, alone, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
    for name, gradient in gradients(model, together).items():
        torch.testing.assert_close(gradient, expected[name], rtol=1e-10, atol=1e-12, msg=name)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(1, 3), min_size=2, max_size=6), min_size=1, max_size=4))
def test_packed_random_trees_equal_steps_on_their_own(sequences: list[list[int]]) -> None:
    model = TinyTransformer()
    steps = [StepTokens(ids_T=tokens(*ids), response=1) for ids in sequences]
    expected = gradients(model, [logprobs(model, [one], {})[0] for one in steps])
    for name, gradient in gradients(model, logprobs(model, steps, {})).items():
        torch.testing.assert_close(gradient, expected[name], rtol=1e-9, atol=1e-11, msg=name)
