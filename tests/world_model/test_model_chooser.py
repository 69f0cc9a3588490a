from __future__ import annotations

import asyncio

import pytest
from rehearsal_model import RehearsedModel

from device_farm.errors import PolicyError
from device_farm.types.action import Action, Click, OpenApp, Terminate
from device_farm.types.geometry import Point, Rect, Size
from world_model.imagination.model_chooser import ModelChooser
from world_model.imagination.types import Branch, Choice, ImaginedStep
from world_model.predictors.base import Prediction
from world_model.sketch.sketch import Sketch, SketchLine


def screen(name: str) -> Sketch:
    line = SketchLine(label="button", text=name, box=Rect(0, 0, 100, 20))
    return Sketch(screen=Size(200, 300), lines=(line,), window=name)


def step(action: Action, after: Sketch, refused: str = "") -> ImaginedStep:
    return ImaginedStep(action=action, prediction=Prediction(sketch=after, refused=refused))


NOW = screen("Save")
BRANCHES = (
    Branch(steps=(step(Click(at=Point(5, 5)), screen("Saved\nnow")), step(OpenApp(name="Files"), screen("Files")))),
    Branch(steps=(step(OpenApp(name="Nothing"), NOW, "no application"),)),
    Branch(steps=(step(Terminate(status="success"), NOW),)),
)


def choose(reply: str) -> tuple[Choice, str]:
    model = RehearsedModel(lambda _: reply)
    choice = asyncio.run(ModelChooser(model, "android").choose("save\nthe note", NOW, BRANCHES))
    return choice, model.asked[0][1]


def test_model_sees_every_option_and_its_number_is_the_choice() -> None:
    choice, told = choose("<think>2? no</think>3: it is done")
    assert (choice.index, choice.why) == (2, "it is done")
    assert choice.spent.tokens > 0
    assert told.startswith("Goal: save the note\n\nScreen now:\nscreen=[200, 300]")
    assert "Option 1: click at 5,5 on 'Save', then open the application 'Files'\nPredicted screen:\n" in told
    assert "window='Files'" in told
    assert "Option 2: open the application 'Nothing' (the device would refuse: no application)" in told
    assert told.endswith("Option 3: end the episode. The episode ends on the screen before it.")


@pytest.mark.parametrize(("reply", "index"), [("1", 0), ("**2** because", 1), ("Option 3.", 2), ("(2) x", 1)])
def test_number_is_read_in_the_forms_that_models_use(reply: str, index: int) -> None:
    assert choose(reply)[0].index == index


@pytest.mark.parametrize("reply", ["", "the first", "0: none", "4: beyond", "9" * 50])
def test_reply_without_an_option_is_the_models_failure(reply: str) -> None:
    with pytest.raises(PolicyError, match="none of 3 options"):
        choose(reply)
