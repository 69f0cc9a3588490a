"""`farm train world-model`: a tiny random text model in every order, a sketcher from nothing, and bad input."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
# ruff: noqa: E402 - the imports below need torch

import tiny_transformers  # noqa: F401 - a torchvision for another torch is put out of the way

sys.path.insert(0, str(Path(__file__).parents[1] / "world_model"))

from sketcher_phone import HOME, OFF, ON, WIFI, page, transition, transitions

from device_farm.cli.main import build_parser
from device_farm.errors import ConfigError, DataError
from device_farm.types.action import Click
from gui_agent.commands.world_model_training import run_world_model
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.prompt import Prompt
from gui_agent.rl.types import TrainSample
from gui_agent.training.language.config import TransformersPolicyConfig
from gui_agent.training.language.from_config import SHAPES, build_model
from gui_agent.training.language.learner import language_learner
from gui_agent.training.learner import Learner
from gui_agent.training.next_screen.samples import NextScreen
from gui_agent.training.next_screen.source import NextScreenSource
from gui_agent.transitions.lines import line_of
from gui_agent.transitions.recorded import Recorded
from world_model.learning.transition import Transition
from world_model.sketch.printing import print_sketch
from world_model.sketch.sketch import Sketch
from world_model.sketcher.orders import ORDERS, Order
from world_model.sketcher.weight_file import load_sketcher

RECORDED = [Recorded(transition=one, origin=f"e{at}/0") for at, one in enumerate(transitions())]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("transitions")
    (folder / "transitions_train.jsonl").write_text("".join(f"{line_of(one)}\n" for one in RECORDED), "ascii")
    return folder


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Random weights, and a tokenizer that knows how sketches are written."""
    shape = replace(SHAPES["tiny"], vocabulary=500, context=4096)
    texts = [print_sketch(one.transition.after) for one in RECORDED]
    return build_model(tmp_path_factory.mktemp("tiny"), "text", shape, texts)


def trained(capsys: pytest.CaptureFixture[str], out: Path, *arguments: str) -> dict[str, Any]:
    line = ["train", "world-model", "--out", str(out), "--json", *arguments]
    assert asyncio.run(run_world_model(build_parser(["train"]).parse_args(line))) == 0
    return dict(json.loads(capsys.readouterr().out.splitlines()[-1]))


def text_config(folder: Path, data: Path, model: Path, order: str) -> Path:
    path = folder / "world.toml"
    path.write_text(
        f"""
order = "{order}"
[data]
path = "{data}"
[learner]
type = "text"
samples = 3
max_tokens = 8
fixed_share = 0.0
[learner.policy]
kind = "transformers"
model = "{model}"
device = "cpu"
[learner.trainer]
updates = 3
tokens = 8192
[learner.trainer.optimiser]
lr = 0.01
""",
        encoding="utf-8",
    )
    return path


@pytest.mark.parametrize("order", ORDERS)
def test_a_text_model_learns_the_next_screen_in_every_order(
    order: Order, data: Path, tiny: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = text_config(tmp_path, data, tiny, order)
    out = tmp_path / "out"
    figures = trained(capsys, out, "--config", str(config))
    losses = [json.loads(line)["loss"] for line in (out / "metrics.jsonl").read_text("utf-8").splitlines()]
    assert len(losses) == 3 and losses[-1] < losses[0]
    assert (figures["order"], figures["transitions"], figures["skipped"]) == (order, len(RECORDED), 0)
    assert any(Path(figures["checkpoint"]).rglob("*.safetensors"))


class Says:
    """A model whose every reply is one sketch."""

    name = "says"

    def __init__(self, sketch: Sketch) -> None:
        self._text = print_sketch(sketch)
        self.asked: list[Prompt] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        return None

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        self.asked.append(prompt)
        return (Completion(text=self._text),) * n


@pytest.fixture(scope="module")
def learner(tiny: Path) -> Learner:
    config = TransformersPolicyConfig(kind="transformers", model=str(tiny), device="cpu")
    return language_learner(config)


def shown(learner: Learner, order: Order, **changes: int) -> NextScreen:
    limits = {"sketch_tokens": 500, "target_tokens": 500, "max_tokens": 64, **changes}
    return NextScreen(learner=learner, order=order, share=0.05, **limits)


def samples_of(taught: NextScreen, one: Transition, *, begun: bool) -> tuple[TrainSample, ...]:
    recorded = Recorded(transition=one, origin="e/0")
    return asyncio.run(taught.samples(recorded, np.random.default_rng(0), begun=begun))


def test_matched_order_is_that_of_the_models_own_lines(learner: Learner) -> None:
    one = transition(HOME, Click(at=WIFI.box.center), page(OFF))
    backwards = replace(one.after, lines=tuple(reversed(one.after.lines)))
    model = Says(backwards)
    taught = shown(replace(learner, model=model), "matched")
    (sample,) = asyncio.run(
        taught.samples(Recorded(transition=one, origin="e/0"), np.random.default_rng(0), begun=True)
    )
    assert list(sample.response_ids_T) == list(learner.encode(sample.prompt, print_sketch(backwards)))
    assert len(model.asked) == 1


def test_before_it_begins_nothing_is_asked_and_the_order_is_fixed(learner: Learner) -> None:
    one = transition(HOME, Click(at=WIFI.box.center), page(OFF))
    model = Says(HOME)
    for order in ("fixed", "matched", "transport"):
        taught = shown(replace(learner, model=model), order)
        (sample,) = asyncio.run(
            taught.samples(Recorded(transition=one, origin="e/0"), np.random.default_rng(0), begun=False)
        )
        assert list(sample.response_ids_T) == list(learner.encode(sample.prompt, print_sketch(one.after)))
    assert model.asked == []


def test_transport_teaches_each_line_behind_the_models_own(learner: Learner) -> None:
    """It says the whole page but the switch is off where it is on: the switch's place answers for the true one."""
    one = transition(page(OFF), Click(at=OFF.box.center), page(ON))
    taught = shown(replace(learner, model=Says(page(OFF))), "transport")
    samples = samples_of(taught, one, begun=True)
    weights = [float(sample.advantages_T[sample.mask_T][0]) for sample in samples]
    # The header, four lines at their places, and the end.
    assert len(samples) == 1 + 4 + 1
    assert weights == pytest.approx([1.0] * 6, abs=0.02)
    assert [sample.step for sample in samples] == list(range(6))
    lengths = [len(sample.response_ids_T) for sample in samples]
    assert lengths == sorted(lengths) and int(samples[-1].mask_T.sum()) == 1
    assert all(int(sample.mask_T.sum()) > 0 for sample in samples)


def test_a_transition_that_is_too_long_is_left_out_and_counted(learner: Learner) -> None:
    taught = shown(learner, "fixed")
    short = replace(learner, encode=lambda prompt, reply: _too_long(learner, prompt, reply))
    source = NextScreenSource(replace(taught, learner=short), RECORDED, size=len(RECORDED), seed=0, begins=0)
    supply = asyncio.run(source.next(0))
    names = [one for one in RECORDED if "Ada" in print_sketch(one.transition.after)]
    assert len(supply.samples) == len(RECORDED) - len(names) == len(RECORDED) - 1
    assert supply.figures["unreadable"] == 1.0


def _too_long(learner: Learner, prompt: Prompt, reply: str) -> Sequence[int]:
    if "Ada" in reply:
        raise DataError("too long", field="policy.max_context")
    return learner.encode(prompt, reply)


def test_a_source_goes_on_where_its_state_says(learner: Learner) -> None:
    taught = shown(learner, "random")
    first = NextScreenSource(taught, RECORDED, size=3, seed=1, begins=0)
    asyncio.run(first.next(0))
    again = NextScreenSource(taught, RECORDED, size=3, seed=1, begins=0)
    again.restore(json.loads(json.dumps(first.state())))
    one, other = asyncio.run(first.next(1)), asyncio.run(again.next(1))
    assert [list(sample.response_ids_T) for sample in one.samples] == [
        list(sample.response_ids_T) for sample in other.samples
    ]


def test_a_sketcher_is_trained_into_a_file(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = ["learner.updates=5", "learner.width=16", "learner.heads=2", "learner.inner=16", "learner.least=1"]
    overrides = [word for one in (f'data.path="{data}"', *small) for word in ("--set", one)]
    figures = trained(capsys, tmp_path / "out", "--seed", "3", *overrides)
    assert (figures["learner"], figures["order"], figures["updates"]) == ("sketcher", "matched", 5)
    assert load_sketcher(Path(figures["sketcher"])).shape.width == 16
    assert len((tmp_path / "out" / "metrics.jsonl").read_text("utf-8").splitlines()) == 5
    with pytest.raises(ConfigError, match="holds a run"):
        trained(capsys, tmp_path / "out", *overrides)


@pytest.mark.parametrize(
    ("arguments", "wrong", "field"),
    [
        (["--set", 'data.path="/nowhere/at.jsonl"'], "is not there", "data.path"),
        (["--episodes", "3"], "not for a world model", "--episodes"),
        (["--set", 'data.path="x"', "--set", 'order="sorted"'], "sorted", "order"),
        (["--set", 'data.path="x"', "--resume"], "in one go", "--resume"),
        (["--set", 'data.path="x"', "--set", 'learner.type="magic"'], "magic", "learner"),
    ],
)
def test_bad_input_names_the_field(
    arguments: list[str], wrong: str, field: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(ConfigError, match=wrong) as caught:
        trained(capsys, tmp_path / "out", *arguments)
    assert field in caught.value.field


@pytest.mark.parametrize(("text", "wrong"), [("", "no transition"), ('{"before": "scr', "JSON"), ("{}", "missing")])
def test_damaged_transitions_end_it_before_it_begins(
    text: str, wrong: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "torn.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises((ConfigError, DataError), match=wrong):
        trained(capsys, tmp_path / "out", "--set", f'data.path="{path}"')
    assert not (tmp_path / "out" / "sketcher.npz").exists()
