from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from device_farm.errors import PolicyError
from device_farm.types.geometry import Size
from gui_agent.models.base import Completion, Sampling
from gui_agent.models.config import OpenAiModelConfig
from gui_agent.models.openai_endpoint import OpenAiEndpoint
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, ScreenPrompt, TextPart
from gui_agent.models.wire import completions_of

PROMPT = ChatPrompt(messages=(Message.of_text("user", "hello"),))
Answer = Callable[[dict[str, Any]], "tuple[int, dict[str, Any]]"]


def choice(text: str, ids: list[int] | None = None, logprobs: list[float] | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    if ids is not None:
        found["token_ids"] = ids
    if logprobs is not None:
        found["logprobs"] = {"content": [{"token": "t", "logprob": each, "top_logprobs": []} for each in logprobs]}
    return found


def body(*choices: dict[str, Any], **more: Any) -> dict[str, Any]:
    usage = {"prompt_tokens": 9, "completion_tokens": 4, "total_tokens": 13}
    return {"id": "1", "object": "chat.completion", "model": "m", "choices": list(choices), "usage": usage, **more}


@dataclass
class WireServer:
    """One HTTP/1.1 server of chat completions. `trickle` sends the reply a byte at a time and never ends."""

    answer: Answer
    delay_s: float = 0.0
    trickle: bool = False
    requests: list[dict[str, Any]] = field(default_factory=list)
    in_flight: int = 0
    most_in_flight: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = [line.lower().partition(": ") for line in head.decode().split("\r\n")[1:]]
                length = next(int(value) for name, _, value in lines if name == "content-length")
                self.requests.append(json.loads(await reader.readexactly(length)))
                self.in_flight += 1
                self.most_in_flight = max(self.most_in_flight, self.in_flight)
                await asyncio.sleep(self.delay_s)
                self.in_flight -= 1
                await self._reply(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def _reply(self, writer: asyncio.StreamWriter) -> None:
        status, reply = self.answer(self.requests[-1])
        data = json.dumps(reply).encode()
        head = f"HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        writer.write(head.encode())
        while self.trickle:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)
        writer.write(data)
        await writer.drain()


@asynccontextmanager
async def served(*servers: WireServer, **changes: Any) -> AsyncIterator[OpenAiEndpoint]:
    async with AsyncExitStack() as stack:
        urls = []
        for server in servers:
            listening = await stack.enter_async_context(
                await asyncio.start_server(server.serve, "127.0.0.1", 0, limit=1 << 24)
            )
            urls.append(f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1")
        values: dict[str, Any] = {"base_urls": tuple(urls), "model": "m", "backoff_s": 0.001, **changes}
        yield await stack.enter_async_context(OpenAiEndpoint(OpenAiModelConfig(**values)))


def run(scenario: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scenario, 30))


def ok(text: str = "a") -> Answer:
    return lambda request: (200, body(choice(text)))


def test_token_ids_and_logprobs_come_as_sampled() -> None:
    server = WireServer(lambda request: (200, body(choice("a", [5, 6], [-0.5, 0.0]), prompt_token_ids=[1, 2, 3])))

    async def scenario() -> None:
        async with served(server) as model:
            (reply,) = await model.generate(PROMPT, Sampling(logprobs=True, seed=3, temperature=1.0))
        assert (reply.token_ids, reply.logprobs, reply.prompt_token_ids) == ((5, 6), (-0.5, 0.0), (1, 2, 3))
        assert (reply.prompt_tokens, reply.completion_tokens, reply.finish) == (9, 4, "stop")
        sent = server.requests[0]
        assert sent["logprobs"] is True and sent["return_token_ids"] is True and sent["seed"] == 3

    run(scenario())


def test_nothing_beyond_the_standard_is_sent_unless_asked_for() -> None:
    server = WireServer(ok())

    async def scenario() -> None:
        async with served(server, token_ids=False) as model:
            await model.generate(PROMPT, Sampling(logprobs=True))
            await model.generate(PROMPT, Sampling())
        standard = {"model", "messages", "temperature", "top_p", "max_tokens"}
        assert [set(request) - standard for request in server.requests] == [{"logprobs"}, set()]

    run(scenario())


def test_messages_carry_images_and_the_schema_of_the_reply() -> None:
    image = ImagePart(data=b"png", media_type="image/png", size=Size(2, 2), digest="d")
    user = Message(role="user", parts=(TextPart(text="see"), image))
    prompt = ChatPrompt(messages=(Message.of_text("system", "s"), user, Message.of_text("assistant", "r")))
    server = WireServer(ok())

    async def scenario() -> None:
        async with served(server) as model:
            await model.generate(prompt, Sampling(schema={"type": "object"}))
        sent = server.requests[0]
        assert [message["content"] for message in sent["messages"]] == [
            "s",
            [
                {"type": "text", "text": "see"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,cG5n"}},
            ],
            "r",
        ]
        wanted = {
            "type": "json_schema",
            "json_schema": {"name": "action", "schema": {"type": "object"}, "strict": True},
        }
        assert sent["response_format"] == wanted

    run(scenario())


def test_n_replies_come_even_from_a_server_that_gives_two_at_a_time() -> None:
    server = WireServer(lambda request: (200, body(*[choice("a")] * min(2, request.get("n", 1)))))

    async def scenario() -> None:
        async with served(server) as model:
            replies = await model.generate(PROMPT, Sampling(seed=7), n=5)
        assert len(replies) == 5
        assert [(request.get("n", 1), request["seed"]) for request in server.requests] == [(5, 7), (3, 9), (1, 11)]

    run(scenario())


def test_calls_spread_over_the_addresses_and_stay_under_the_limit() -> None:
    servers = [WireServer(ok(), delay_s=0.02) for _ in range(3)]

    async def scenario() -> None:
        async with served(*servers, concurrency=2) as model:
            await asyncio.gather(*(model.generate(PROMPT, Sampling()) for _ in range(18)))

    run(scenario())
    assert [len(server.requests) for server in servers] == [6, 6, 6]
    assert all(server.most_in_flight == 2 for server in servers)


@pytest.mark.parametrize("broken", ["dies", "hangs", "trickles", "answers nonsense"])
def test_another_address_takes_over_from_one_that(broken: str) -> None:
    bad = WireServer(ok())
    match broken:
        case "dies":
            bad.answer = lambda request: (503, {"error": {"message": "gone"}})
        case "hangs":
            bad.delay_s = 20.0
        case "trickles":
            bad.trickle = True
        case _:
            bad.answer = lambda request: (200, {"choices": [{"message": None}]})
    good = WireServer(ok("from the good one"))

    async def scenario() -> None:
        async with served(bad, good, timeout_s=2.0, rest_s=60.0) as model:
            for _ in range(4):
                (reply,) = await model.generate(PROMPT, Sampling())
                assert reply.text == "from the good one"
        # The bad one was asked once, and rests since.
        assert (len(bad.requests), len(good.requests)) == (1, 4)

    run(scenario())


def test_all_addresses_down_is_an_error_that_says_which() -> None:
    servers = [WireServer(lambda request: (500, {"error": {"message": "burning"}})) for _ in range(2)]

    async def scenario() -> None:
        async with served(*servers, retries=3) as model:
            with pytest.raises(PolicyError, match=r"model\.base_urls: the model at http://127\.0\.0\.1.*burning"):
                await model.generate(PROMPT, Sampling())
        assert [len(server.requests) for server in servers] == [2, 2]

    run(scenario())


def test_a_refused_prompt_is_not_sent_again() -> None:
    server = WireServer(lambda request: (400, {"error": {"message": "too long"}}))

    async def scenario() -> None:
        async with served(server) as model:
            with pytest.raises(PolicyError, match=r"HTTP 400.*too long"):
                await model.generate(PROMPT, Sampling())
        assert len(server.requests) == 1

    run(scenario())


def test_a_prompt_that_is_no_dialogue_is_refused() -> None:
    async def scenario() -> None:
        async with served(WireServer(ok())) as model:
            with pytest.raises(PolicyError, match="ScreenPrompt for a server that takes dialogues"):
                await model.generate(ScreenPrompt(goal="g", screen=Size(1, 1), tree=None), Sampling())  # type: ignore[arg-type]

    run(scenario())


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (body(), "without choices"),
        (body({"index": 0}), "without a message"),
        (body(choice("a", [1, 2], [-1.0])), "2 token ids with 1 log-probabilities"),
        (body({**choice("a"), "token_ids": ["1"]}), "token_ids is no list of whole numbers"),
        (body({**choice("a"), "logprobs": {"content": [{"logprob": None}]}}), "None for a log-probability"),
        (body({**choice("a"), "message": {"content": [1]}}), "content is list"),
        ([], "without choices"),
    ],
)
def test_malformed_replies_say_what_is_wrong(reply: Any, error: str) -> None:
    with pytest.raises(PolicyError, match=error):
        completions_of(json.dumps(reply).encode(), 1.0)


def test_counts_of_several_choices_are_not_given_to_each() -> None:
    data = json.dumps(body(choice("a", [1, 2, 3], [-1.0, -1.0, -1.0]), choice("b"))).encode()
    counts: list[Completion] = list(completions_of(data, 1.0))
    assert [each.completion_tokens for each in counts] == [3, None]
