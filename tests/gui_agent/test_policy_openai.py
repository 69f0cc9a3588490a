from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
import pytest
from fake_suite import SUITE, CountTo, fake_source, run

from device_farm.errors import ConfigError, PolicyError
from device_farm.types.action import Click, Terminate
from device_farm.types.codec.space import CoordinateSpace, smart_resize
from device_farm.types.geometry import Point, Size
from device_farm.types.observation import ObserveRequest
from device_farm.types.task import Task
from device_farm.types.trajectory import Episode, PolicyFailed, Scored
from gui_agent.policies.config import OpenAiConfig
from gui_agent.policies.loader import load_policy
from gui_agent.runner.episode import EpisodeRunner
from gui_agent.runner.queue import Assignment

Answerer = Callable[[dict[str, Any], int], "tuple[int, dict[str, Any] | str, dict[str, str]]"]


def completion(text: str, *, prompt: int = 100, generated: int = 20) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": generated, "total_tokens": prompt + generated},
    }


@dataclass
class ChatServer:
    """Speaks the chat-completions wire format over HTTP/1.1; `answer` decides each reply."""

    answer: Answerer
    delay_s: float = 0.0
    requests: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().split("\r\n")
                headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
                body = json.loads(await reader.readexactly(int(headers.get("content-length", "0"))))
                self.requests.append(body)
                self.headers.append(headers)
                assert lines[0].startswith("POST /v1/chat/completions ")
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                await asyncio.sleep(self.delay_s)
                self.in_flight -= 1
                status, reply, extra = self.answer(body, len(self.requests) - 1)
                data = (reply if isinstance(reply, str) else json.dumps(reply)).encode()
                more = "".join(f"{name}: {value}\r\n" for name, value in extra.items())
                writer.write(
                    f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\n{more}"
                    f"content-length: {len(data)}\r\n\r\n".encode()
                    + data
                )
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(answer: Answerer, *, delay_s: float = 0.0) -> AsyncIterator[ChatServer]:
    chat = ChatServer(answer, delay_s)
    server = await asyncio.start_server(chat.serve, "127.0.0.1", 0, limit=1 << 26)
    chat.port = server.sockets[0].getsockname()[1]
    async with server:
        yield chat


def config(port: int, **changes: Any) -> OpenAiConfig:
    values: dict[str, Any] = {"base_url": f"http://127.0.0.1:{port}/v1", "model": "m", "backoff_s": 0.001, **changes}
    return OpenAiConfig(**values)


def template_of(task: Task) -> Any:
    return SUITE.template(task.template)


async def play(server: ChatServer, task: Task, **changes: Any) -> Episode:
    source = await fake_source(1)
    async with (
        load_policy(config(server.port, **changes), template_of) as policy,
        source.lease("android") as device,
    ):
        return await EpisodeRunner(policy, template_of).run(device, Assignment(task=task))


def image_of(message: dict[str, Any]) -> np.ndarray:
    urls = [part["image_url"]["url"] for part in message["content"] if part["type"] == "image_url"]
    assert len(urls) == 1 and urls[0].startswith("data:image/png;base64,")
    data = base64.b64decode(urls[0].partition(",")[2])
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


def clicks_then_done(count: int, dialect: str = "mobile_use") -> Answerer:
    """A model that taps Add `count` times, at coordinates of the resized image, and ends."""
    space = CoordinateSpace.resized(Size(64, 128))
    x, y = space.to_model(Point(32, 52))

    def answer(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        arguments = {"action": "click", "coordinate": [x, y]}
        if index >= count:
            arguments = {"action": "terminate", "status": "success"}
        call = json.dumps({"name": dialect, "arguments": arguments})
        return 200, completion(f"I press Add.\n<tool_call>\n{call}\n</tool_call>"), {}

    return answer


def test_model_solves_a_task_over_the_wire() -> None:
    async def scenario() -> None:
        async with serving(clicks_then_done(3)) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0, {"count": 3}), images=2)
            assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0
            assert episode.provenance.policy == "openai" and episode.provenance.dialect == "mobile_use"
            turn = episode.steps[0].turn
            assert turn is not None and turn.thought == "I press Add."
            assert (turn.prompt_tokens, turn.completion_tokens) == (100, 20) and turn.latency_ms > 0
            first, last = server.requests[0], server.requests[3]
            assert first["model"] == "m" and first["max_tokens"] == 512 and first["temperature"] == 0.0
            assert [message["role"] for message in first["messages"]] == ["system", "user"]
            assert "Press Add until the count is 3." in first["messages"][1]["content"][0]["text"]
            size = smart_resize(Size(64, 128))
            assert image_of(first["messages"][1]).shape == (size.height, size.width, 3)
            # Four screens so far, the last two of them with an image; every earlier reply in full.
            users = [message for message in last["messages"] if message["role"] == "user"]
            shown = [any(part["type"] == "image_url" for part in message["content"]) for message in users]
            assert shown == [False, False, True, True]
            replies = [message for message in last["messages"] if message["role"] == "assistant"]
            assert len(replies) == 3 and all("tool_call" in message["content"] for message in replies)

    run(scenario())


def test_malformed_reply_is_a_step_and_the_model_is_told() -> None:
    def answer(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        if index == 0:
            return 200, completion("I would tap the button."), {}
        return clicks_then_done(0)(body, index)

    async def scenario() -> None:
        async with serving(answer) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0))
            assert [step.action for step in episode.steps] == [None, Terminate(status="success")]
            assert "neither <action> nor <tool_call>" in episode.steps[0].error
            assert episode.steps[0].turn is not None and episode.steps[0].turn.text == "I would tap the button."
            told = server.requests[1]["messages"][-1]["content"][0]["text"]
            assert "could not be read" in told and "<tool_call>" in told
            assert isinstance(episode.outcome, Scored)

    run(scenario())


def test_malformed_replies_up_to_the_limit_are_a_policy_error() -> None:
    async def scenario() -> None:
        async with serving(lambda body, index: (200, completion("no"), {})) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0), malformed_limit=3)
            assert isinstance(episode.outcome, PolicyFailed) and "3 replies in a row" in episode.outcome.message
            assert len(episode.steps) == 2 and len(server.requests) == 3

    run(scenario())


def test_refused_action_is_told_to_the_model() -> None:
    def answer(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        arguments = (
            {"action": "open", "text": "Netflix"} if index == 0 else {"action": "terminate", "status": "failure"}
        )
        return 200, completion("<action>" + json.dumps(arguments) + "</action>"), {}

    async def scenario() -> None:
        async with serving(answer) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0))
            assert "no application 'Netflix'" in episode.steps[0].error
            assert "no application 'Netflix'" in server.requests[1]["messages"][-1]["content"][0]["text"]

    run(scenario())


@pytest.mark.parametrize("status", [429, 500, 503])
def test_passing_trouble_is_retried(status: int) -> None:
    def answer(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        if index < 2:
            return status, {"error": {"message": "busy"}}, {"retry-after": "0"}
        return clicks_then_done(0)(body, index)

    async def scenario() -> None:
        async with serving(answer) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0))
            assert isinstance(episode.outcome, Scored) and len(server.requests) == 3

    run(scenario())


@pytest.mark.parametrize(("status", "calls"), [(400, 1), (401, 1), (404, 1), (500, 3)])
def test_lasting_trouble_is_a_policy_error_that_names_the_server(status: int, calls: int) -> None:
    async def scenario() -> None:
        async with serving(lambda body, index: (status, {"error": {"message": "no such model"}}, {})) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0), retries=2)
            assert isinstance(episode.outcome, PolicyFailed)
            assert f"HTTP {status}" in episode.outcome.message and "no such model" in episode.outcome.message
            assert f"127.0.0.1:{server.port}" in episode.outcome.message
            assert len(server.requests) == calls

    run(scenario())


def test_call_past_its_deadline_is_retried_and_then_a_policy_error() -> None:
    async def scenario() -> None:
        async with serving(clicks_then_done(0), delay_s=5.0) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0), timeout_s=0.1, retries=1)
            assert isinstance(episode.outcome, PolicyFailed) and "Timeout" in episode.outcome.message
            assert len(server.requests) == 2

    run(scenario())


def test_server_that_is_not_there_is_a_policy_error() -> None:
    async def scenario() -> None:
        server = ChatServer(clicks_then_done(0), port=1)
        episode = await play(server, CountTo().task(SUITE.name, 0), retries=1)
        assert isinstance(episode.outcome, PolicyFailed) and "127.0.0.1:1" in episode.outcome.message

    run(scenario())


@pytest.mark.parametrize("reply", ["not json", {"choices": []}, {"object": "chat.completion"}])
def test_reply_that_is_no_completion_is_a_policy_error(reply: dict[str, Any] | str) -> None:
    async def scenario() -> None:
        async with serving(lambda body, index: (200, reply, {})) as server:
            episode = await play(server, CountTo().task(SUITE.name, 0), retries=0)
            assert isinstance(episode.outcome, PolicyFailed)

    run(scenario())


def test_calls_in_flight_stay_under_the_limit() -> None:
    async def scenario() -> None:
        async with serving(clicks_then_done(0), delay_s=0.02) as server:
            source = await fake_source(6)
            async with load_policy(config(server.port, concurrency=2), template_of) as policy:

                async def one(index: int) -> Episode:
                    async with source.lease("android") as device:
                        task = CountTo().task(SUITE.name, index)
                        return await EpisodeRunner(policy, template_of).run(device, Assignment(task=task))

                episodes = await asyncio.gather(*(one(index) for index in range(6)))
            assert all(isinstance(episode.outcome, Scored) for episode in episodes)
            assert server.most_in_flight == 2

    run(scenario())


def test_api_key_comes_from_the_named_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEST_MODEL_KEY", "k-123")

    async def scenario() -> None:
        async with serving(clicks_then_done(0)) as server:
            await play(server, CountTo().task(SUITE.name, 0), api_key_env="TEST_MODEL_KEY")
            assert server.headers[0]["authorization"] == "bearer k-123"

    run(scenario())


def test_relative_coordinates_and_ui_tars_and_structured_output() -> None:
    def answer(body: dict[str, Any], index: int) -> tuple[int, dict[str, Any], dict[str, str]]:
        action = "click(start_box='(500,406)')" if index == 0 else "finished(content='')"
        return 200, completion(json.dumps({"thought": "t", "action": action})), {}

    async def scenario() -> None:
        async with serving(answer) as server:
            task = CountTo().task(SUITE.name, 0, {"count": 1})
            episode = await play(server, task, dialect="ui_tars", coordinates="relative", structured=True)
            assert episode.steps[0].action == Click(at=Point(32, 52))
            assert isinstance(episode.outcome, Scored) and episode.outcome.reward == 1.0
            schema = server.requests[0]["response_format"]["json_schema"]["schema"]
            assert schema["required"] == ["thought", "action"]
            assert "1000x1000" in server.requests[0]["messages"][0]["content"]

    run(scenario())


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"dialect": "qwen"}, "policy.dialect"),
        ({"api_key_env": "NOT_SET_ANYWHERE"}, "policy.api_key_env"),
        ({"base_url": "localhost:8000"}, "policy.base_url"),
        ({"min_pixels": 10**6, "max_pixels": 10**5}, "policy.min_pixels"),
    ],
)
def test_bad_config_names_its_key(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_policy(config(1, **changes), template_of)
    assert caught.value.field == field


def test_observation_without_pixels_is_a_policy_error() -> None:
    async def scenario() -> None:
        source = await fake_source(1)
        async with load_policy(config(1), template_of) as policy, source.lease("android") as device:
            session = await policy.start(CountTo().task(SUITE.name, 0), device.info)
            with pytest.raises(PolicyError, match="no screenshot"):
                await session.decide(await device.observe(ObserveRequest(screenshot=False)))

    run(scenario())
