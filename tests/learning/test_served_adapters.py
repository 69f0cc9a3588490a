"""Rollouts on outside servers that are given the adapters before each update."""

from __future__ import annotations

import argparse
import asyncio
import base64
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="torch is not installed")
pytest.importorskip("peft", reason="peft cannot be imported", exc_type=ImportError)
# ruff: noqa: E402 - the imports below need torch

import cv2
import numpy as np
import tiny_transformers  # noqa: F401 - a torchvision for another torch is put out of the way
from test_transformers_training import CONFIG, untimed, write_data

from device_farm.errors import ConfigError, FarmError, PolicyError
from device_farm.types.geometry import Size
from gui_agent.commands.train import COMMAND
from gui_agent.datasets.ui_s1 import load_ui_s1
from gui_agent.models.base import Sampling
from gui_agent.models.config import TransformersModelConfig
from gui_agent.models.loader import load_model
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, TextPart
from gui_agent.training.language.from_config import SHAPES, build_model, texts_of

TARGETS = ".*language_model.*_proj"


def message_of(raw: dict[str, Any]) -> Message:
    if isinstance(raw["content"], str):
        return Message.of_text(raw["role"], raw["content"])
    return Message(role=raw["role"], parts=tuple(part_of(part) for part in raw["content"]))


def part_of(raw: dict[str, Any]) -> TextPart | ImagePart:
    if raw["type"] == "text":
        return TextPart(text=raw["text"])
    data = base64.b64decode(raw["image_url"]["url"].partition(",")[2])
    height, width = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR).shape[:2]
    digest = hashlib.sha256(data).hexdigest()
    return ImagePart(data=data, media_type="image/png", size=Size(width, height), digest=digest)


@dataclass
class Vllm:
    """Serves `model` as vLLM does, with the adapters that it is told to load. `deaf` says yes and loads nothing."""

    model: Path
    deaf: bool = False
    down: bool = False
    loaded: dict[str, Any] = field(default_factory=dict)
    events: list[str] = field(default_factory=list)
    sampled: dict[str, int] = field(default_factory=dict)
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = [line.lower().partition(": ") for line in head.decode().split("\r\n")[1:]]
                length = next(int(value) for name, _, value in lines if name == "content-length")
                request = json.loads(await reader.readexactly(length))
                status, reply = await self._answer(head.decode().split(" ")[1], request)
                data = reply.encode()
                kind = "application/json" if reply.startswith("{") else "text/plain"
                answer = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(data)}\r\n\r\n"
                writer.write(answer.encode() + data)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _answer(self, path: str, request: dict[str, Any]) -> tuple[int, str]:
        if self.down:
            return 503, '{"error": {"message": "out of memory"}}'
        match path:
            case "/v1/load_lora_adapter":
                name = request["lora_name"]
                self.events.append(f"load {name.rpartition('-')[2]}")
                adapter = "" if self.deaf else request["lora_path"]
                config = TransformersModelConfig(path=str(self.model), adapter=adapter, dtype="float32", device="cpu")
                self.loaded[name] = await self.stack.enter_async_context(load_model(config))
                return 200, f"Success: LoRA adapter '{name}' added successfully."
            case "/v1/unload_lora_adapter":
                self.events.append(f"unload {request['lora_name'].rpartition('-')[2]}")
                del self.loaded[request["lora_name"]]
                return 200, "Success"
            case _:
                return await self._replies(request)

    async def _replies(self, request: dict[str, Any]) -> tuple[int, str]:
        name = request["model"]
        if name not in self.loaded:
            return 404, json.dumps({"error": {"message": f"The model {name} does not exist."}})
        assert (request["top_k"], request["repetition_penalty"]) == (-1, 1.0)
        version = name.rpartition("-")[2]
        self.sampled[version] = self.sampled.get(version, 0) + request.get("n", 1)
        prompt = ChatPrompt(messages=tuple(message_of(each) for each in request["messages"]))
        sampling = Sampling(
            max_tokens=request["max_tokens"], temperature=request["temperature"], seed=request["seed"], logprobs=True
        )
        replies = await self.loaded[name].generate(prompt, sampling, n=request.get("n", 1))
        choices = [
            {
                "message": {"role": "assistant", "content": reply.text},
                "finish_reason": reply.finish,
                "token_ids": list(reply.token_ids),
                "logprobs": {"content": [{"token": "t", "logprob": min(0.0, each)} for each in reply.logprobs]},
            }
            for reply in replies
        ]
        return 200, json.dumps({"choices": choices, "prompt_token_ids": list(replies[0].prompt_token_ids)})


@asynccontextmanager
async def serving(*servers: Vllm) -> AsyncIterator[str]:
    """The addresses as `--set server.base_urls=` wants them."""
    async with AsyncExitStack() as stack:
        urls = []
        for server in servers:
            listening = await stack.enter_async_context(
                await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 24)
            )
            await stack.enter_async_context(server.stack)
            urls.append(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1")
        yield json.dumps(urls)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Taught the demonstrations well enough to be right now and then."""
    folder = tmp_path_factory.mktemp("taught")
    data = write_data(folder)
    texts = list(texts_of(list(load_ui_s1(data)), "ui_s1"))
    fresh = build_model(folder / "fresh", "qwen2_5_vl", SHAPES["tiny"], texts)
    config = folder / "train.toml"
    config.write_text(CONFIG.format(model=fresh, data=data))
    updates = ("trainer.updates=60", "trainer.checkpoint_every=60")
    asyncio.run(farm_train("sft", config, folder / "run", *updates))
    return folder / "run" / "checkpoints" / "update-00000060" / "policy"


@pytest.fixture
def config(tmp_path: Path, model: Path) -> Path:
    path = tmp_path / "train.toml"
    served = f'\n[lora]\nrank = 2\ntargets = "{TARGETS}"\n\n[server]\nbackoff_s = 0.001\nretries = 1\n'
    path.write_text(CONFIG.format(model=model, data=write_data(tmp_path)) + served)
    return path


async def farm_train(recipe: str, config: Path, out: Path, *settings: str, resume: bool = False) -> int:
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    words = [word for setting in settings for word in ("--set", setting)]
    flags = ["--resume"] if resume else []
    return await COMMAND.run(parser.parse_args([recipe, "--config", str(config), "--out", str(out), *words, *flags]))


def train(config: Path, out: Path, *servers: Vllm, settings: tuple[str, ...] = (), resume: bool = False) -> None:
    async def scenario() -> None:
        async with serving(*servers) as urls:
            steps = ("rollout.tasks=2", "trainer.updates=3", "trainer.optimiser.lr=0.002", f"server.base_urls={urls}")
            await farm_train("semi-online", config, out, *steps, *settings, resume=resume)

    asyncio.run(scenario())


def test_each_version_of_the_adapters_samples_its_own_update(config: Path, model: Path, tmp_path: Path) -> None:
    server, adapters = Vllm(model), tmp_path / "adapters"
    settings = ("parity.every=1", f"server.adapters={adapters}")
    train(config, tmp_path / "run", server, settings=settings)
    assert server.events == ["load 0", "load 1", "unload 0", "load 2", "unload 1", "unload 2"]
    assert sorted(server.sampled) == ["0", "1", "2"] and not server.loaded
    records = untimed(tmp_path / "run")
    assert [record["rollouts_masked"] for record in records] == [0, 0, 0]
    assert records[0]["parity"] < 1e-4 and records[1]["parity"] < 1e-4
    assert records[0]["kl"] == pytest.approx(0, abs=1e-6) and records[1]["kl"] > 1e-6
    assert list(adapters.iterdir()) == []


def test_a_server_that_leaves_the_adapters_out_is_found_out(config: Path, model: Path, tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"parity\.bound: before update 2, .*other weights"):
        train(config, tmp_path / "run", Vllm(model, deaf=True), settings=("trainer.optimiser.lr=0.01",))
    (record,) = untimed(tmp_path / "run")
    assert record["parity"] < 1e-4


def test_a_server_that_is_gone_is_passed_over_and_comes_back(config: Path, model: Path, tmp_path: Path) -> None:
    good, bad = Vllm(model), Vllm(model, down=True)
    train(config, tmp_path / "run", good, bad, settings=("trainer.updates=1",))
    assert (untimed(tmp_path / "run")[0]["servers_without_adapter"], bad.sampled) == (1, {})
    with pytest.raises(PolicyError, match=r"server\.base_urls: no server takes the adapter .*out of memory"):
        train(config, tmp_path / "run", bad, resume=True)
    bad.down = False
    train(config, tmp_path / "run", bad, resume=True)
    records = untimed(tmp_path / "run")
    assert [record["servers_without_adapter"] for record in records] == [1, 0, 0]
    assert bad.events == ["load 1", "load 2", "unload 1", "unload 2"]


@pytest.mark.parametrize(
    ("recipe", "setting", "message"),
    [
        ("sft", "samples=2", "server: sft samples nothing"),
        ("semi-online", "lora.targets=all-linear", r"lora\.targets: vLLM serves adapters of the language model alone"),
        ("semi-online", 'server.base_urls=["here"]', r"server\.base_urls: 'here' is no address"),
        ("semi-online", "server.api_key_env=NO_SUCH_KEY", r"server\.api_key_env: .*NO_SUCH_KEY is not set"),
        ("semi-online", "server.adapters=/proc/nowhere", r"server\.adapters: cannot write /proc/nowhere"),
    ],
)
def test_bad_server_section_is_refused(recipe: str, setting: str, message: str, config: Path, tmp_path: Path) -> None:
    with pytest.raises(FarmError, match=message):
        asyncio.run(farm_train(recipe, config, tmp_path / "run", setting))
    assert not (tmp_path / "run" / "metrics.jsonl").exists()


def test_full_weights_are_not_for_servers(config: Path, tmp_path: Path) -> None:
    config.write_text(config.read_text().replace(f'[lora]\nrank = 2\ntargets = "{TARGETS}"\n', ""))
    with pytest.raises(ConfigError, match="server: a running server takes adapters, not full weights"):
        asyncio.run(farm_train("semi-online", config, tmp_path / "run"))
