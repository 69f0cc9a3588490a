"""Which of its past actions the miniature sees: in training's prompts, and while it acts, alike."""

from __future__ import annotations

import pytest

from device_farm.config import load_config
from device_farm.errors import ConfigError
from device_farm.types.action import Click, SystemButton
from device_farm.types.geometry import Point
from gui_agent.config import RunConfig
from gui_agent.miniature.past import MiniHistory, past_shown

HOME, TAP = SystemButton(button="home"), Click(at=Point(1, 2))


@pytest.mark.parametrize(
    ("history", "shown"),
    [(True, ((HOME, TAP), ("", "Save"))), (False, ((), ())), ("said", ((TAP,), ("Save",)))],
)
def test_history_leaves_whole_pairs_of_action_and_thought(history: MiniHistory, shown: object) -> None:
    assert past_shown(history, [HOME, TAP], ["", "Save"]) == shown


def test_of_an_expert_who_says_nothing_no_past_is_left() -> None:
    assert past_shown("said", [HOME, TAP], ["", ""]) == ((), ())


def test_another_history_is_refused_by_name() -> None:
    with pytest.raises(ConfigError, match=r"history: .*said"):
        load_config(RunConfig, overrides=['policy.type="mini"', 'policy.history="images"', 'suite="basics"'])
