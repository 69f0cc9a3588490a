from __future__ import annotations

from dataclasses import replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_farm.errors import ConfigError
from device_farm.types.action import Click, Wait
from device_farm.types.codec.dialects import dialect_by_name
from device_farm.types.geometry import Point, Size
from gui_agent.history.actions import ActionsHistory
from gui_agent.history.base import PastTurn, Scene
from gui_agent.history.budget import cut, estimated_tokens, newest_within, qwen_image_tokens
from gui_agent.history.chat import ChatPromptBuilder, HistoryMode
from gui_agent.history.images import ImagesHistory
from gui_agent.history.none import NoHistory
from gui_agent.history.summary import SummaryDialect, SummaryHistory, split_summary, summary_of
from gui_agent.models.prompt import ChatPrompt, ImagePart, TextPart

DIALECT = dialect_by_name("ui_s1", field="dialect")
NATIVE = Size(1080, 2400)


def shot(number: int) -> ImagePart:
    return ImagePart(data=b"%d" % number, media_type="image/png", size=Size(56, 112), digest=str(number))


def scene(turns: int, **changes: object) -> Scene:
    past = tuple(
        PastTurn(
            screen=shot(index),
            reply=f"reply {index}",
            action=Click(at=Point(10 * index, 1200)),
            summary=f"summary {index}",
        )
        for index in range(turns)
    )
    return replace(Scene(goal="g", past=past, screen=shot(turns), native=NATIVE), **changes)  # type: ignore[arg-type]


def prompt(history: HistoryMode, shown: Scene) -> ChatPrompt:
    return ChatPromptBuilder(dialect=DIALECT, history=history, count=len).build(shown)


def images(found: ChatPrompt) -> list[str]:
    return [part.digest for message in found.messages for part in message.parts if isinstance(part, ImagePart)]


def texts(found: ChatPrompt, role: Literal["system", "user", "assistant"]) -> list[str]:
    chosen = [message for message in found.messages if message.role == role]
    return ["|".join(part.text for part in message.parts if isinstance(part, TextPart)) for message in chosen]


def test_images_keep_every_reply_and_the_last_two_screens() -> None:
    found = prompt(ImagesHistory(images=2), scene(3))
    assert [message.role for message in found.messages] == ["system", *["user", "assistant"] * 3, "user"]
    assert images(found) == ["2", "3"]
    assert texts(found, "assistant") == ["reply 0", "reply 1", "reply 2"]
    assert texts(found, "user") == ["Task: g", "(an earlier screen, not shown any more)", "", ""]


def test_images_one_and_an_empty_past_show_the_present_screen_only() -> None:
    assert images(prompt(ImagesHistory(images=1), scene(3))) == ["3"]
    assert images(prompt(ImagesHistory(images=5), scene(0))) == ["0"]
    assert images(prompt(ImagesHistory(images=5), scene(2))) == ["0", "1", "2"]


def test_images_over_budget_go_before_replies_and_old_replies_before_new() -> None:
    # A reply costs 7 here, a screen 2 * 4 tokens.
    assert qwen_image_tokens(shot(0)) == 8
    both = prompt(ImagesHistory(images=4, budget=3 * 7 + 2 * 8), scene(3))
    assert images(both) == ["1", "2", "3"] and len(texts(both, "assistant")) == 3
    none = prompt(ImagesHistory(images=4, budget=3 * 7 + 7), scene(3))
    assert images(none) == ["3"] and len(texts(none, "assistant")) == 3
    one = prompt(ImagesHistory(images=4, budget=13), scene(3))
    assert texts(one, "assistant") == ["reply 2"]
    assert texts(one, "user")[0] == "Task: g|(2 earlier turns are not shown)"


def test_notes_are_told_with_their_screen() -> None:
    shown = scene(1, note="refused: no such app")
    assert texts(prompt(ImagesHistory(), shown), "user")[-1] == "refused: no such app"
    assert "refused: no such app" in texts(prompt(ActionsHistory(), shown), "user")[0]
    assert "refused: no such app" in texts(prompt(SummaryHistory(), shown), "user")[0]


def test_actions_are_lines_in_the_models_own_coordinates() -> None:
    unread = PastTurn(screen=shot(1), reply="?")
    waited = PastTurn(screen=shot(2), reply="r", action=Wait(duration_s=2.0), note="told")
    shown = scene(1)
    found = prompt(ActionsHistory(), replace(shown, past=(*shown.past, unread, waited)))
    (user,) = texts(found, "user")
    lines = user.split("Actions so far:\n")[1].split("\n")
    # (0, 1200) of 1080x2400 is (0, 56) of the 56x112 image that the model sees.
    assert '"click"' in lines[0] and "[0, 56]" in lines[0] and "[10, 56]" not in lines[0]
    assert lines[1] == "2. (a reply that could not be read)"
    assert lines[2].startswith("3. ") and lines[2].endswith(" (told)")
    assert images(found) == ["1"]


def test_actions_over_budget_lose_the_oldest_and_say_so() -> None:
    line = len(prompt_lines(scene(1))[0]) + 1
    lines = prompt_lines(scene(4), budget=2 * line + 4)
    assert lines[0] == "(2 earlier actions are not shown)"
    assert [entry[:2] for entry in lines[1:]] == ["3.", "4."]


def prompt_lines(shown: Scene, budget: int = 10_000) -> list[str]:
    space = ChatPromptBuilder(dialect=DIALECT).space(shown)
    return ActionsHistory(budget=budget).text(shown, DIALECT, space, len).split("\n")


def test_summary_shows_the_last_one_and_asks_for_the_next() -> None:
    found = prompt(SummaryHistory(), scene(3))
    assert "<summary>" in texts(found, "system")[0]
    (user,) = texts(found, "user")
    assert "summary 2" in user and "summary 1" not in user and "reply" not in user
    assert images(found) == ["3"]
    assert images(prompt(SummaryHistory(images=2), scene(3))) == ["2", "3"]
    assert "summary so far" not in texts(prompt(SummaryHistory(), scene(0)), "user")[0]


def test_summary_survives_a_turn_without_one_and_is_cut_to_its_budget() -> None:
    shown = scene(2)
    shown = replace(shown, past=(shown.past[0], replace(shown.past[1], summary=" ")))
    assert SummaryHistory().text(shown, len) == "summary 0"
    assert SummaryHistory(budget=5).text(shown, len) == "summ…"


@pytest.mark.parametrize(
    ("reply", "summary", "rest"),
    [
        ("<summary> opened it </summary>\n<action>{}</action>", "opened it", "<action>{}</action>"),
        ("<action>{}</action>", "", "<action>{}</action>"),
        ("<summary>never closed <action>{}</action>", "", "<summary>never closed <action>{}</action>"),
        ("<summary>a</summary><summary>b</summary>x", "a", "<summary>b</summary>x"),
        ("", "", ""),
    ],
)
def test_summary_is_taken_off_the_reply(reply: str, summary: str, rest: str) -> None:
    assert split_summary(reply) == (summary, rest)


def test_summary_is_no_part_of_the_thought_and_not_of_a_structured_reply() -> None:
    dialect = SummaryDialect(inner=DIALECT)
    space = ChatPromptBuilder(dialect=dialect).space(scene(0))
    action = Click(at=Point(540, 1210))
    reply = f"<summary>opened it</summary>\n{dialect.format(action, 'because', space)}"
    parsed = dialect.parse(reply, space)
    assert parsed.thought == "because" and isinstance(parsed.action, Click) and summary_of(reply) == "opened it"
    with pytest.raises(ConfigError, match="no place for a summary"):
        ChatPromptBuilder(dialect=dialect, history=SummaryHistory(), structured=True)


def test_relative_coordinates_are_in_thousandths() -> None:
    builder = ChatPromptBuilder(dialect=DIALECT, coordinates="relative")
    assert builder.space(scene(0)).model == Size(1000, 1000)
    assert "1000x1000" in texts(builder.build(scene(0)), "system")[0]


@given(costs=st.lists(st.integers(0, 50), max_size=8), budget=st.integers(0, 100))
def test_newest_within_takes_as_many_as_fit_without_a_gap(costs: list[int], budget: int) -> None:
    count = newest_within(costs, budget)
    assert sum(costs[len(costs) - count :]) <= budget
    assert count == len(costs) or sum(costs[len(costs) - count - 1 :]) > budget


@given(text=st.text(max_size=60), budget=st.integers(0, 30))
def test_cut_text_is_within_budget(text: str, budget: int) -> None:
    found = cut(text, budget, estimated_tokens)
    assert estimated_tokens(found) <= budget and (found == text or found.rstrip("…") in text)


@pytest.mark.parametrize("history", [ImagesHistory(), ActionsHistory(), SummaryHistory(images=2)])
def test_same_scene_gives_the_same_prompt(history: HistoryMode) -> None:
    assert prompt(history, scene(3)) == prompt(history, scene(3))


def test_no_history_shows_the_present_and_nothing_that_tells_of_a_past() -> None:
    assert prompt(NoHistory(), scene(3, screen=shot(0))) == prompt(NoHistory(), scene(0))
    found = prompt(NoHistory(), scene(3, note="You were refused."))
    assert images(found) == ["3"]
    assert texts(found, "user") == ["Task: g\n\nYou were refused."]
