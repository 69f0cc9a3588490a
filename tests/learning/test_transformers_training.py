"""`farm train` with the built-in policy on tiny models, from UI-S1 lines with screens to a folder that others load."""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
# ruff: noqa: E402 - the imports below need torch

import cv2
import numpy as np
import tiny_transformers  # noqa: F401 - a torchvision for another torch is put out of the way

from device_farm.config import load_config
from device_farm.errors import ConfigError, FarmError, PolicyError
from device_farm.types.geometry import Size
from gui_agent.commands.train import COMMAND
from gui_agent.datasets.ui_s1 import load_ui_s1
from gui_agent.models.base import Completion, Model, Sampling
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Part, Prompt, TextPart
from gui_agent.rl.types import TrainSample
from gui_agent.training.config import ParitySection, TrainConfig
from gui_agent.training.language.from_config import SHAPES, Family, build_model, texts_of
from gui_agent.training.metrics import MetricsLog
from gui_agent.training.parity import GatedSource
from gui_agent.training.policy import TokenScores
from gui_agent.training.recipes import load_learner, load_trajectories
from gui_agent.training.source import Supply

CONFIG = """
samples = 6

[policy]
kind = "transformers"
model = "{model}"
device = "cpu"
history = {{ mode = "images", images = 2 }}

[data]
path = "{data}"

[trainer]
updates = 4
tokens = 2048
checkpoint_every = 2

[trainer.optimiser]
lr = 0.01

[rollout]
tasks = 1
group = 3
refills = 0
max_tokens = 48
eta = 0.0

[parity]
bound = 0.001
every = 2
"""


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    data = write_data(tmp_path_factory.mktemp("data"))
    texts = list(texts_of(list(load_ui_s1(data)), "ui_s1"))
    families: tuple[Family, ...] = ("qwen2_5_vl", "qwen3_vl")
    return {family: build_model(tmp_path_factory.mktemp(family), family, SHAPES["tiny"], texts) for family in families}


def write_data(folder: Path) -> Path:
    """Two tasks of three screens, each with a coloured square that is clicked."""
    lines = []
    for task in range(2):
        steps = []
        for index in range(3):
            pixels = np.full((112, 84, 3), 255, np.uint8)
            x, y = 20 + 20 * index, 30 + 40 * task
            cv2.rectangle(pixels, (x - 8, y - 8), (x + 8, y + 8), (0, 0, 255), -1)
            name = f"{task}-{index}.png"
            assert cv2.imwrite(str(folder / name), pixels)
            action = {"action": "click", "coordinate": [x, y]}
            steps.append({"action_content": action, "screenshot": name, "thought": "the square"})
        lines.append({"goal": f"task {task}", "is_successful": True, "steps": steps})
    path = folder / "data.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


@pytest.fixture
def config(tmp_path: Path, folders: dict[str, Path]) -> Path:
    path = tmp_path / "train.toml"
    path.write_text(CONFIG.format(model=folders["qwen2_5_vl"], data=write_data(tmp_path)))
    return path


def farm_train(recipe: str, config: Path, out: Path, *more: str) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    arguments = parser.parse_args([recipe, "--config", str(config), "--out", str(out), "--json", *more])
    return asyncio.run(COMMAND.run(arguments))


def untimed(out: Path) -> list[dict[str, Any]]:
    records = MetricsLog(out / "metrics.jsonl").read()
    return [{name: value for name, value in record.items() if not name.endswith("_s")} for record in records]


@pytest.fixture(scope="module")
def taught(folders: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was taught the demonstrations well enough to be right now and then."""
    folder = tmp_path_factory.mktemp("taught")
    path = folder / "train.toml"
    path.write_text(CONFIG.format(model=folders["qwen2_5_vl"], data=write_data(folder)))
    farm_train("sft", path, folder / "run", "--set", "trainer.updates=60", "--set", "trainer.checkpoint_every=60")
    return folder / "run" / "checkpoints" / "update-00000060" / "policy"


@pytest.mark.parametrize("recipe", ["sft", "offline", "semi-online"])
def test_resumed_run_has_the_metrics_of_an_unbroken_one(
    recipe: str, config: Path, taught: Path, tmp_path: Path
) -> None:
    model = ("--set", f"policy.model={taught}", "--set", "trainer.optimiser.lr=0.0001", "--set", "rollout.tasks=3")
    # Which replies share a batch is a matter of time, and their rounding with it.
    model = (*model, "--set", "policy.batch=1")
    farm_train(recipe, config, tmp_path / "whole", *model)
    farm_train(recipe, config, tmp_path / "broken", *model, "--set", "trainer.updates=2")
    farm_train(recipe, config, tmp_path / "broken", *model, "--resume")
    whole = untimed(tmp_path / "whole")
    assert untimed(tmp_path / "broken") == whole and len(whole) == 4
    assert whole[0]["loss"] is not None and whole[2]["loss"] is not None
    if recipe != "sft":
        assert [record.get("parity") is not None for record in whole] == [True, False, True, False]
        assert whole[0]["parity"] < 1e-5 and whole[0]["kl"] == pytest.approx(0, abs=1e-5)
        assert whole[0]["ratio_mean"] == pytest.approx(1, abs=1e-4)


def test_sft_learns_and_packs_without_changing_the_loss(
    config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    farm_train("sft", config, tmp_path / "packed", "--set", "trainer.updates=12")
    packed = untimed(tmp_path / "packed")
    assert packed[-1]["loss"] < packed[0]["loss"] - 1
    assert packed[0]["samples"] == 6
    lora = ("--set", "lora.rank=2", "--set", "trainer.updates=2")
    farm_train("sft", config, tmp_path / "lora", *lora)
    first = untimed(tmp_path / "lora")[0]
    assert first["loss"] == pytest.approx(packed[0]["loss"], abs=1e-4)


def test_checkpoint_cut_short_is_passed_over(config: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    farm_train("sft", config, tmp_path / "whole")
    farm_train("sft", config, tmp_path / "cut")
    newest = sorted((tmp_path / "cut" / "checkpoints").glob("update-*"))[-1]
    weights = newest / "policy" / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    farm_train("sft", config, tmp_path / "cut", "--resume")
    assert "model.safetensors has 1000 bytes" in capsys.readouterr().err
    assert untimed(tmp_path / "cut") == untimed(tmp_path / "whole")


def test_weights_that_are_no_numbers_end_the_run(config: Path, folders: dict[str, Path], tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    broken = tmp_path / "broken"
    broken.mkdir()
    for path in folders["qwen2_5_vl"].iterdir():
        (broken / path.name).write_bytes(path.read_bytes())
    state = load_file(broken / "model.safetensors")
    state["model.norm.weight" if "model.norm.weight" in state else "model.language_model.norm.weight"][:] = torch.nan
    save_file(state, broken / "model.safetensors", metadata={"format": "pt"})
    model = ("--set", f"policy.model={broken}")
    with pytest.raises(PolicyError, match="not finite in 3 updates"):
        farm_train("sft", config, tmp_path / "run", *model)
    assert [record["loss"] for record in untimed(tmp_path / "run")] == [None] * 3
    with pytest.raises(PolicyError, match=r"rollouts .* not finite"):
        farm_train("semi-online", config, tmp_path / "rl", *model)


@pytest.mark.parametrize("lora", [False, True])
@pytest.mark.parametrize("kind", ["qwen2_5_vl", "qwen3_vl"])
def test_checkpoint_is_a_plain_folder_that_scores_alike(
    kind: str, lora: bool, config: Path, folders: dict[str, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from transformers import AutoModelForImageTextToText, AutoTokenizer

    if lora:
        pytest.importorskip("peft", reason="peft cannot be imported", exc_type=ImportError)
    more = ("--set", "lora.rank=2", "--set", "policy.image_max_pixels=9408") if lora else ()
    farm_train("sft", config, tmp_path / "run", "--set", f"policy.model={folders[kind]}", *more)
    result = json.loads(capsys.readouterr().out.splitlines()[-1])
    folder = Path(result["checkpoint"]) / "policy"
    plain = AutoModelForImageTextToText.from_pretrained(folder, dtype="float32")
    assert type(plain).__name__.startswith("Qwen")
    assert not any("lora" in name or "base_layer" in name for name in plain.state_dict())
    assert len(AutoTokenizer.from_pretrained(folder)) == len(AutoTokenizer.from_pretrained(folders[kind]))
    trained = torch.load(Path(result["checkpoint"]) / "state.pt", weights_only=True)["module"]
    if not lora:
        loaded = plain.state_dict()
        assert all(torch.equal(loaded[name], weight) for name, weight in trained.items())
        return
    assert all("lora_" in name for name in trained)
    assert json.loads((folder / "preprocessor_config.json").read_text())["max_pixels"] == 9408
    from peft import PeftModel

    base = AutoModelForImageTextToText.from_pretrained(folders[kind], dtype="float32")
    merged = PeftModel.from_pretrained(base, folder / "adapter").merge_and_unload().state_dict()
    changed = 0
    for name, weight in AutoModelForImageTextToText.from_pretrained(folders[kind]).state_dict().items():
        torch.testing.assert_close(merged[name], plain.state_dict()[name], rtol=1e-5, atol=1e-6)
        changed += not torch.equal(weight, merged[name])
    assert changed > 10


class ServedOtherwise:
    """The policy's own server, but each prompt passes through `change` first, as by a server with other settings."""

    def __init__(self, inner: Model, change: Callable[[ImagePart], ImagePart | None], *, tells: bool) -> None:
        self._inner, self._change, self._tells = inner, change, tells
        self.name = "otherwise"

    async def __aenter__(self) -> Self:
        await self._inner.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._inner.__aexit__(kind, error, trace)

    async def generate(self, prompt: Prompt, sampling: Sampling, *, n: int = 1) -> tuple[Completion, ...]:
        assert isinstance(prompt, ChatPrompt)
        messages = [replace(message, parts=tuple(self._parts(message))) for message in prompt.messages]
        replies = await self._inner.generate(ChatPrompt(messages=tuple(messages)), sampling, n=n)
        return replies if self._tells else tuple(replace(reply, prompt_token_ids=()) for reply in replies)

    def _parts(self, message: Message) -> Iterator[Part]:
        for part in message.parts:
            kept = self._change(part) if isinstance(part, ImagePart) else part
            if kept is not None:
                yield kept


def dropped(image: ImagePart) -> ImagePart | None:
    return None


def same(image: ImagePart) -> ImagePart | None:
    return image


def resized(image: ImagePart) -> ImagePart | None:
    pixels = cv2.imdecode(np.frombuffer(image.data, np.uint8), cv2.IMREAD_COLOR)
    data = cv2.imencode(".png", cv2.resize(pixels, (56, 56)))[1].tobytes()
    return replace(image, data=data, size=Size(56, 56), digest=f"small {image.digest}")


@pytest.mark.parametrize(
    ("change", "tells", "message"),
    [
        (same, True, ""),
        (same, False, ""),
        (dropped, True, r"parity\.images: before update 1, .* step 0: a prompt of 1 images: the server has 0"),
        (dropped, False, r"parity\.bound: before update 1, .*; the bound is 1e-05 .*images dropped or resized"),
        (resized, True, r"parity\.images: .* image 1 of 1 is 4 tokens for the server, 12 for the trainer"),
        (resized, False, r"parity\.bound: .*; the bound is 1e-05 .*images dropped or resized"),
    ],
)
def test_trainer_refuses_what_the_server_was_shown_otherwise(
    change: Any, tells: bool, message: str, config: Path, taught: Path, tmp_path: Path
) -> None:
    settings = load_config(TrainConfig, paths=[config], overrides=["recipe=semi-online", f"policy.model={taught}"])
    learner = load_learner(settings)
    server = ServedOtherwise(learner.model, change, tells=tells)
    assert settings.data is not None
    (trajectory, _) = load_trajectories(settings.data)

    class Replies:
        """To the first two steps, as rollouts store them."""

        async def next(self, policy_version: int) -> Supply:
            rule = Sampling(max_tokens=16, temperature=1.0, seed=1, logprobs=True)
            steps = []
            for index in range(2):
                prompt = await learner.prompt(trajectory, index)
                steps += [(index, prompt, reply) for reply in await server.generate(prompt, rule, n=2)]
            return Supply(samples=tuple(replied(*step) for step in steps))

    source: Any = Replies()

    async def first() -> Supply:
        async with server:
            return await GatedSource(source, learner.policy, ParitySection(bound=1e-5)).next(0)

    if message:
        with pytest.raises(PolicyError, match=message):
            asyncio.run(first())
        return
    supply = asyncio.run(first())
    assert 0 <= supply.figures["parity"] < 1e-5 and supply.figures["parity_tokens"] > 30


def replied(index: int, prompt: Prompt, reply: Completion) -> TrainSample:
    return TrainSample(
        prompt=prompt,
        response_ids_T=np.array(reply.token_ids),
        sampled_logprobs_T=np.array(reply.logprobs, np.float32),
        advantages_T=np.ones(len(reply.token_ids), np.float32),
        mask_T=np.ones(len(reply.token_ids), np.bool_),
        step=index,
        prompt_ids=reply.prompt_token_ids,
    )


def test_gate_looks_at_every_kth_update_and_at_fresh_samples_only() -> None:
    scored: list[int] = []

    class Policy:
        def score(self, samples: Any) -> Any:
            scored.append(len(samples))
            return TokenScores(
                logprobs_NT=torch.full((len(samples), 2), -1.0), entropies_NT=torch.zeros(len(samples), 2)
            )

    class Source:
        async def next(self, policy_version: int) -> Supply:
            ages = [0, 0, 1] if policy_version else [0, 0]
            return Supply(samples=tuple(sample(policy_version - age) for age in ages))

    def sample(version: int) -> TrainSample:
        return TrainSample(
            prompt=ChatPrompt(messages=()),
            response_ids_T=np.array([1, 2]),
            sampled_logprobs_T=np.array([-1.0, -1.0], np.float32),
            advantages_T=np.ones(2, np.float32),
            mask_T=np.array([True, True]),
            policy_version=version,
        )

    source: Any = Source()
    policy: Any = Policy()
    gate = GatedSource(source, policy, ParitySection(bound=0.01, every=3, samples=8))
    told = [asyncio.run(gate.next(version)).figures for version in range(5)]
    assert [bool(figures) for figures in told] == [True, False, False, True, False]
    assert told[3] == {"parity": 0.0, "parity_worst": 0.0, "parity_tokens": 4}
    assert scored == [2, 2]
    resumed = GatedSource(source, policy, ParitySection(every=3))
    assert asyncio.run(resumed.next(1)).figures == {} and scored == [2, 2, 2]


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("policy.model=/nowhere/model", r"policy\.model: cannot load"),
        ("policy.dialect=klingon", r"policy\.dialect: unknown dialect"),
        ("policy.device=toaster", r"policy\.device"),
        ("policy.image_min_pixels=99999999", r"policy\.image_min_pixels: at least 99999999"),
        ("policy.kind=abacus", r"policy"),
        ("policy.modle=x", r"modle: unknown key"),
        ("policy.history.mode=dreams", r"history\.mode"),
    ],
)
def test_bad_policy_section_is_refused_before_training(
    setting: str, message: str, config: Path, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError, match=message):
        farm_train("sft", config, tmp_path / "run", "--set", setting)
    assert not (tmp_path / "run" / "metrics.jsonl").exists()


CONFIGS = Path(__file__).parents[2] / "configs" / "train"


@pytest.mark.parametrize(
    "preset", [path for path in sorted(CONFIGS.glob("*.toml")) if path.stem != "online"], ids=lambda path: path.stem
)
def test_preset_loads_and_a_dry_run_says_what_is_missing(
    preset: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    recipe = load_config(TrainConfig, paths=[preset]).recipe
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    dry = [recipe, "--config", str(preset), "--dry-run"]
    with pytest.raises(FarmError, match=r"cannot read data/ui_s1_train\.jsonl|cannot read runs/expert"):
        asyncio.run(COMMAND.run(parser.parse_args(dry)))
    dry += ["--set", f"data.path={write_data(tmp_path)}", "--set", "policy.model=nowhere/here"]
    with pytest.raises(ConfigError, match=r"policy\.model: cannot load 'nowhere/here'"):
        asyncio.run(COMMAND.run(parser.parse_args(dry)))
    with pytest.raises(ConfigError, match="add --out DIR"):
        asyncio.run(COMMAND.run(parser.parse_args(dry[:3])))


def test_online_preset_asks_for_the_policy_that_was_trained_before(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    dry = ["online", "--config", str(CONFIGS / "online.toml"), "--dry-run"]
    with pytest.raises(ConfigError, match=r"policy\.model: cannot load 'runs/semi-online/checkpoints/update-00000200"):
        asyncio.run(COMMAND.run(parser.parse_args(dry)))


def test_sft_teaches_summaries_by_rule_and_the_next_prompt_shows_them(config: Path, tmp_path: Path) -> None:
    from_summaries = ("--set", "policy.history.mode=summary", "--set", "policy.history.images=1")
    teaching = ("--set", "trainer.updates=8", "--set", "trainer.checkpoint_every=8")
    assert farm_train("sft", config, tmp_path / "run", *from_summaries, *teaching) == 0
    records = untimed(tmp_path / "run")
    assert records[-1]["loss"] < 0.8 * records[0]["loss"]

    values = ["policy.history.mode=summary", "policy.history.images=1"]
    setting = load_config(TrainConfig, paths=[config], overrides=values)
    learner = load_learner(setting)
    assert setting.data is not None
    trajectory = load_trajectories(setting.data)[0]
    assert learner.summary_of(learner.demonstration(trajectory, 1)) == (
        "Done: click at an element without a label. Next: click at an element without a label."
    )
    shown = asyncio.run(learner.prompt(trajectory, 1))
    assert isinstance(shown, ChatPrompt)
    told = "".join(part.text for part in shown.messages[-1].parts if isinstance(part, TextPart))
    assert "Your summary so far:\nDone: nothing. Next: click at an element without a label." in told
