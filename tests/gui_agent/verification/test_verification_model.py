"""Models behind the narrow port, and verifiers out of config sections."""

from __future__ import annotations

import asyncio

import pytest

from device_farm.config import load_config
from device_farm.errors import ConfigError, PolicyError
from device_farm.types.geometry import Size
from device_farm.types.observation import Screenshot, image_digest
from gui_agent.config import RunConfig
from gui_agent.models.prompt import ChatPrompt, ImagePart, Prompt, TextPart
from gui_agent.models.scripted import ScriptedModel, text_of
from gui_agent.verification.loader import load_verifier
from gui_agent.verification.model import PortModel
from verifier.agentic.majority import MajorityVerifier
from verifier.agentic.model_thinker import ModelThinker
from verifier.agentic.verifier import AgenticVerifier
from verifier.judges.last_screen import LastScreenJudge
from verifier.judges.trajectory import TrajectoryJudge
from verifier.judges.unanimous import UnanimousJudge
from verifier.planner.planner import PlannerThinker
from verifier.port import Picture, Text


def picture(size: Size) -> Picture:
    import cv2
    import numpy as np

    _, encoded = cv2.imencode(".png", np.full((size.height, size.width, 3), 200, np.uint8))
    data = encoded.tobytes()
    return Picture(screenshot=Screenshot(digest=image_digest(data), data=data, format="png", size=size))


def echo(prompt: Prompt) -> dict[str, float]:
    assert isinstance(prompt, ChatPrompt)
    return {f"heard {text_of(prompt)}": 1.0}


def test_port_sends_system_text_and_shrunk_pictures_and_counts_tokens() -> None:
    model = ScriptedModel(echo, name="echo")
    # 1080 x 2400 is scaled by sqrt(1003520 / 2592000) = 0.6222 to 672 x 1493.3, then down to multiples of 28.
    port = PortModel(model, max_pixels=1_003_520)
    shown = picture(Size(1080, 2400))
    reply = asyncio.run(port.generate("be brief", [Text(text="goal"), shown], max_tokens=64))
    assert reply.text == "heard be brief\ngoal" and reply.prompt_tokens == 0
    assert reply.completion_tokens == len(reply.text) + 1 and port.name == "echo"
    (prompt,) = model.prompts
    assert isinstance(prompt, ChatPrompt)
    system, user = prompt.messages
    assert (system.role, user.role) == ("system", "user")
    text, image = user.parts
    assert isinstance(text, TextPart) and isinstance(image, ImagePart)
    assert image.size == Size(672, 1484) and image.media_type == "image/png"
    assert image.data != shown.screenshot.data


def test_port_without_a_system_prompt_sends_one_message_and_small_pictures_as_they_are() -> None:
    model = ScriptedModel(echo)
    shown = picture(Size(280, 560))
    asyncio.run(PortModel(model, max_pixels=1_003_520).generate("", [shown, Text(text="goal")]))
    (prompt,) = model.prompts
    assert isinstance(prompt, ChatPrompt) and len(prompt.messages) == 1
    image = prompt.messages[0].parts[0]
    assert isinstance(image, ImagePart) and image.data == shown.screenshot.data


def test_port_refuses_a_picture_without_pixels() -> None:
    bare = Picture(screenshot=Screenshot(digest="0" * 32, data=None, format="png", size=Size(280, 560)))
    with pytest.raises(PolicyError, match="no screenshot to show"):
        asyncio.run(PortModel(ScriptedModel(echo), max_pixels=1_003_520).generate("", [bare]))


MODEL = '{type = "openai", model = "m", base_urls = ["http://127.0.0.1:9/v1"]}'


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("agentic", AgenticVerifier),
        ("last-screen", LastScreenJudge),
        ("trajectory", TrajectoryJudge),
        ("unanimous", UnanimousJudge),
        ("scripted", type(None)),
    ],
)
def test_every_verifier_loads_without_a_model_under_its_own_name(name: str, kind: type) -> None:
    section = load_config(RunConfig, overrides=[f'verifier.type="{name}"']).verifier
    assert section is not None
    made = load_verifier(section)
    assert made.name == name and made.model is None and isinstance(made.verifier, kind)
    assert made.verifier is None or made.verifier.name == name


def test_agentic_takes_its_switches_and_its_thinker_from_the_section() -> None:
    section = load_config(
        RunConfig, overrides=['verifier={type = "agentic", gui = false, budget = {steps = 7}}']
    ).verifier
    assert section is not None
    made = load_verifier(section).verifier
    assert isinstance(made, AgenticVerifier) and isinstance(made.thinker, PlannerThinker)
    assert not made.gui and made.shell and made.budget.steps == 7


def test_runs_of_a_model_differ_by_their_seed() -> None:
    text = f'verifier={{type = "agentic", name = "five", runs = 5, temperature = 0.7, seed = 10, model = {MODEL}}}'
    section = load_config(RunConfig, overrides=[text]).verifier
    assert section is not None
    made = load_verifier(section)
    assert made.name == "five" and made.model is not None and made.model.name == "m"
    assert isinstance(made.verifier, MajorityVerifier) and made.verifier.runs == 5
    seeds = []
    for run in range(3):
        one = made.verifier.make(run)
        assert isinstance(one, AgenticVerifier) and isinstance(one.thinker, ModelThinker)
        assert one.thinker.temperature == 0.7 and one.name == "five"
        seeds.append(one.thinker.seed)
    assert seeds == [10, 11, 12]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ('{type = "agentic", runs = 3}', "verifier"),
        (f'{{type = "agentic", runs = 3, model = {MODEL}}}', "verifier"),
        ('{type = "agentic", shel = false}', "verifier.agentic.shel"),
        ('{type = "agentic", name = "../x"}', "verifier.agentic.name"),
        ('{type = "magic"}', "verifier"),
    ],
)
def test_bad_section_names_its_key(text: str, field: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(RunConfig, overrides=[f"verifier={text}"])
    assert caught.value.field.startswith(field)


def test_model_of_a_verifier_is_checked_before_anything_starts() -> None:
    section = load_config(
        RunConfig,
        overrides=['verifier={type = "trajectory", model = {type = "openai", model = "m", base_urls = ["x"]}}'],
    ).verifier
    assert section is not None
    with pytest.raises(ConfigError, match=r"verifier\.model\.base_urls"):
        load_verifier(section)
