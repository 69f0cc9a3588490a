"""Looking ahead in a small world of named screens, whose ways are written down."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from device_farm.errors import BackendError, ConfigError, PolicyError
from device_farm.types.action import Action, Click, OpenApp, Swipe, SystemButton, Terminate, TypeText, Wait
from device_farm.types.geometry import Point, Rect, Size
from world_model.imagination.distinct import distinct, meaning
from world_model.imagination.lookahead import Imagination
from world_model.imagination.ports import BestValue
from world_model.imagination.types import Branch, Choice, Lookahead, Proposal, Settings, View, blind
from world_model.predictors.base import Prediction, Question, Spent, failed
from world_model.predictors.copying import CopyPredictor
from world_model.sketch.sketch import Sketch, SketchLine

SCREEN = Size(200, 300)


def screen(name: str) -> Sketch:
    line = SketchLine(label="text", text=name, box=Rect(0, 0, 100, 20))
    return Sketch(screen=SCREEN, lines=(line,), app="world", window=name)


def go(name: str) -> OpenApp:
    return OpenApp(name=name)


class Ways:
    """Opening X leads to the screen X, but for the names that `faults` holds; each question takes 10 tokens."""

    name = "ways"
    repeatable = True

    def __init__(self, *, most_tokens: int = 10, delay_s: float = 0.0, faults: Sequence[str] = ()) -> None:
        self.most_tokens = most_tokens
        self.faults = faults
        self.delay_s = delay_s
        self.batches: list[int] = []

    async def predict(self, questions: Sequence[Question]) -> tuple[Prediction, ...]:
        self.batches.append(len(questions))
        await asyncio.sleep(self.delay_s * len(self.batches))
        return tuple(map(self._one, questions))

    def _one(self, question: Question) -> Prediction:
        spent = Spent(prompt_tokens=6, completion_tokens=4)
        match question.action:
            case OpenApp(name="lost"):
                raise BackendError("the device is not back")
            case OpenApp(name="refused"):
                return Prediction(sketch=question.sketch, refused="no such application", spent=spent)
            case OpenApp(name=name) if name in self.faults:
                return failed("loop", f"{name} repeats itself", spent=spent)
            case OpenApp(name=name):
                return Prediction(sketch=screen(name), spent=spent)
        return Prediction(sketch=question.sketch, spent=spent)


class Proposes:
    """By the window of a screen; nothing for others."""

    def __init__(self, by_window: Mapping[str, Sequence[Action]]) -> None:
        self.by_window = by_window
        self.views: list[View] = []

    async def propose(self, view: View, count: int) -> Proposal:
        self.views.append(view)
        if view.sketch.window not in self.by_window:
            raise PolicyError(f"nothing to do on {view.sketch.window}")
        return Proposal(actions=tuple(self.by_window[view.sketch.window]), spent=Spent(prompt_tokens=1))


class Worth:
    """The value of a future is what its last screen is worth."""

    def __init__(self, **by_window: float) -> None:
        self.by_window = by_window
        self.seen: list[tuple[str, ...]] = []

    async def values(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> tuple[float, ...]:
        outcomes = [branch.outcome for branch in branches]
        self.seen.append(tuple(outcome.window for outcome in outcomes if outcome is not None))
        return tuple(self.by_window.get(window, 0.0) for window in self.seen[-1])


GO_A = go("a")
HOME = {"home": [go("a"), go("b"), go("c")], "a": [go("a2")], "b": [go("b2")], "c": [go("c2")]}


def decide(
    predictor: object, proposer: Proposes, worth: Worth, settings: Settings | None = None, reactive: Action = GO_A
) -> Lookahead:
    imagination = Imagination(predictor, proposer, BestValue(worth), settings)  # type: ignore[arg-type]
    return asyncio.run(imagination.decide(screen("home"), reactive, "reach b2", "android"))


def test_best_outcome_two_steps_ahead_is_taken() -> None:
    ways, worth = Ways(), Worth(b2=1.0, a2=0.5)
    found = decide(ways, Proposes(HOME), worth)
    assert (found.reactive, found.chosen, found.reason) == (go("a"), go("b"), "chosen")
    assert worth.seen == [("a2", "b2", "c2")]
    assert [branch.path for branch in found.branches] == [(go(x), go(f"{x}2")) for x in "abc"]
    assert ways.batches == [3, 3]
    assert found.choice == Choice(index=1, values=(0.5, 1.0, 0.0))
    # 6 predictions of 10 tokens and 4 proposals of 1.
    assert found.spent.tokens == 64
    assert not found.fell_back
    assert (found.depth, found.shown, found.faults) == (2, (0, 1, 2), ())


def test_one_step_ahead_sees_one_step() -> None:
    worth = Worth(c=1.0)
    assert decide(Ways(), Proposes(HOME), worth, Settings(depth=1)).chosen == go("c")
    assert worth.seen == [("a", "b", "c")]


def test_follow_ups_make_a_tree() -> None:
    tree = {**HOME, "a": [go("a1"), go("a2")], "b": [go("b1"), go("b2")], "c": [go("c1"), go("c2")]}
    worth = Worth(b2=1)
    found = decide(Ways(), Proposes(tree), worth, Settings(follow_ups=2))
    assert worth.seen == [("a1", "a2", "b1", "b2", "c1", "c2")]
    assert found.chosen == go("b")


def test_value_that_says_nothing_leaves_the_reactive_action() -> None:
    assert decide(Ways(), Proposes(HOME), Worth()).chosen == go("a")


def test_reactive_action_is_the_first_candidate_even_where_the_proposals_lack_it() -> None:
    found = decide(Ways(), Proposes(HOME), Worth(), Settings(depth=1), reactive=go("z"))
    assert [branch.first for branch in found.branches] == [go("z"), go("a"), go("b")]


def test_agreeing_candidates_and_outcomes_end_it_early() -> None:
    ways = Ways()
    same = decide(ways, Proposes({"home": [go("A "), go("a")]}), Worth())
    assert (same.reason, same.fell_back, ways.batches) == ("one_candidate", False, [])
    copied = decide(CopyPredictor(), Proposes(HOME), Worth(b2=1))
    assert (copied.reason, copied.chosen, copied.depth) == ("outcomes_agree", go("a"), 1)


def test_refusal_is_an_outcome_of_its_own_that_goes_no_further() -> None:
    proposes = Proposes({"home": [Wait(), go("refused")]})
    found = decide(Ways(), proposes, Worth(), reactive=Wait())
    assert found.reason == "chosen"
    assert [len(branch.steps) for branch in found.branches] == [2, 1]
    assert found.faults == ()


def test_end_of_the_episode_is_not_asked_about() -> None:
    ways = Ways()
    proposes = Proposes({"home": [Terminate(status="success"), go("b")], "b": [go("b2")]})
    found = decide(ways, proposes, Worth(b2=1), reactive=Terminate(status="success"))
    assert found.chosen == go("b")
    assert ways.batches == [1, 1]


def test_failed_candidate_is_left_out_and_its_fault_kept() -> None:
    worth = Worth(c2=1)
    found = decide(Ways(faults=["b"]), Proposes(HOME), worth)
    assert (found.chosen, found.reason, found.shown) == (go("c"), "chosen", (0, 2))
    assert worth.seen == [("a2", "c2")]
    assert found.faults == ("loop: b repeats itself",)


@pytest.mark.parametrize("faults", [["a"], ["b", "c"], ["a", "b", "c"]])
def test_without_a_comparison_the_reactive_action_is_taken(faults: list[str]) -> None:
    found = decide(Ways(faults=faults), Proposes(HOME), Worth(b=1, b2=1))
    assert (found.chosen, found.reason, found.fell_back) == (go("a"), "prediction_failed", True)
    assert len(found.faults) == len(faults)


def test_failure_deeper_down_keeps_the_first_outcome() -> None:
    worth = Worth(b=1.0)
    found = decide(Ways(faults=["b2"]), Proposes(HOME), worth)
    assert worth.seen == [("a2", "b", "c2")]
    assert found.chosen == go("b")
    assert found.branches[1].steps[1].prediction.fault is not None


def test_policy_that_proposes_nothing_is_no_end_of_it() -> None:
    found = decide(Ways(), Proposes({}), Worth())
    assert (found.chosen, found.reason) == (go("a"), "proposer_failed")
    deeper = decide(Ways(), Proposes({"home": HOME["home"]}), Worth(b=1))
    assert (deeper.chosen, deeper.reason, deeper.depth) == (go("b"), "chosen", 1)
    assert len(deeper.faults) == 3


def test_chooser_that_fails_or_chooses_nonsense_is_named() -> None:
    assert decide(Ways(), Proposes(HOME), Worth(b2=float("nan"))).reason == "chooser_failed"

    class Beyond:
        async def choose(self, goal: str, now: Sketch, branches: Sequence[Branch]) -> Choice:
            return Choice(index=7)

    imagination = Imagination(Ways(), Proposes(HOME), Beyond())
    found = asyncio.run(imagination.decide(screen("home"), go("a"), "", "android"))
    assert (found.chosen, found.reason) == (go("a"), "chooser_failed")
    assert "no branch 7" in found.faults[0]


def test_token_budget_bounds_candidates_then_depth() -> None:
    none = decide(Ways(most_tokens=60), Proposes(HOME), Worth(b2=1), Settings(tokens=100))
    assert (none.reason, none.chosen, none.fell_back, none.branches) == ("budget", go("a"), True, ())
    two = decide(Ways(most_tokens=45), Proposes(HOME), Worth(b=1), Settings(tokens=100))
    assert (len(two.branches), two.depth, two.chosen) == (2, 1, go("b"))
    assert "too few to look deeper" in two.faults[0]


def test_time_budget_falls_back_or_keeps_what_is_known() -> None:
    none = decide(Ways(delay_s=20), Proposes(HOME), Worth(), Settings(ms=50))
    assert (none.reason, none.chosen) == ("budget", go("a"))
    first = decide(Ways(delay_s=1.0), Proposes(HOME), Worth(b=1), Settings(ms=2500))
    assert (first.reason, first.chosen, first.depth) == ("chosen", go("b"), 1)
    assert first.faults == ("Budget: 2500 ms are over",)
    assert first.spent.ms >= 2500


def test_device_that_is_not_back_ends_it() -> None:
    with pytest.raises(BackendError):
        decide(Ways(), Proposes({"home": [go("lost")]}), Worth())


def test_screen_without_a_sketch_leaves_the_reactive_action() -> None:
    found = blind(go("a"), "DataError: no tree")
    assert (found.chosen, found.fell_back, found.depth) == (go("a"), True, 0)


@pytest.mark.parametrize("field", ["candidates", "depth", "follow_ups", "ms"])
def test_settings_that_compare_nothing_name_the_field(field: str) -> None:
    with pytest.raises(ConfigError) as raised:
        Settings(**{field: 0})
    assert raised.value.field == field


def test_actions_on_the_same_element_mean_the_same() -> None:
    here = Sketch(
        screen=SCREEN,
        lines=(
            SketchLine(label="item", text="row", box=Rect(0, 0, 200, 40)),
            SketchLine(label="switch", text="", box=Rect(150, 0, 200, 40)),
        ),
    )
    row, also, switch = Click(at=Point(10, 10)), Click(at=Point(90, 39)), Click(at=Point(160, 10))
    assert distinct([row, also, switch, go("X"), go(" x")], here, 9) == (row, switch, go("X"))
    assert distinct([row, switch], here, 1) == (row,)
    up = Swipe(start=Point(10, 250), end=Point(10, 100))
    assert meaning(up, here) == meaning(Swipe(start=Point(12, 251), end=Point(12, 50), duration_ms=9), here)
    assert meaning(up, here) != meaning(Swipe(start=up.end, end=up.start), here)
    assert meaning(row, here) != meaning(Click(at=Point(10, 10), count=2), here)
    assert meaning(TypeText(text="a "), here) == meaning(TypeText(text="a"), here)
    assert meaning(TypeText(text="a\n"), here) != meaning(TypeText(text="a"), here)
    assert meaning(SystemButton(button="back"), here) != meaning(SystemButton(button="home"), here)


@pytest.mark.parametrize(("sure", "reason"), [(0.9, "sure"), (0.95, "chosen"), (None, "chosen")])
def test_nothing_is_imagined_where_the_policy_is_sure(sure: float | None, reason: str) -> None:
    class Confident(Proposes):
        async def propose(self, view: View, count: int) -> Proposal:
            return replace(await super().propose(view, count), logprobs=(math.log(0.9), math.log(0.05)))

    proposer = Confident({"home": [go("left"), go("right")], "left": [go("left")], "right": [go("right")]})
    ways = Ways()
    settings = Settings(candidates=2, depth=1, sure=sure)
    imagination = Imagination(ways, proposer, BestValue(Worth(left=1.0, right=1.0)), settings)
    ahead = asyncio.run(imagination.decide(screen("home"), go("left"), "go", "android"))
    assert (ahead.reason, ahead.chosen, ahead.fell_back) == (reason, go("left"), False)
    assert ways.batches == ([] if reason == "sure" else [2])
    assert [step.logprob for branch in ahead.branches for step in branch.steps] == (
        [] if reason == "sure" else [pytest.approx(math.log(0.9)), pytest.approx(math.log(0.05))]
    )


def test_a_certainty_that_is_none_is_refused() -> None:
    with pytest.raises(ConfigError, match="no probability"):
        Settings(sure=0.0)


def test_an_end_is_tried_only_where_the_policy_would_end() -> None:
    end = Terminate(status="success")
    proposer = Proposes({"home": [end, go("left"), go("right")]})
    imagination = Imagination(Ways(), proposer, BestValue(Worth()), Settings(candidates=2, depth=1))
    going = asyncio.run(imagination.decide(screen("home"), go("left"), "go", "android"))
    assert [branch.first for branch in going.branches] == [go("left"), go("right")]
    ending = asyncio.run(imagination.decide(screen("home"), end, "go", "android"))
    assert [branch.first for branch in ending.branches] == [end, go("left")]
