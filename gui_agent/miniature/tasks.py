"""The phone tasks of the suite `basics` in two halves that share no name: one to train on, one to be judged on.

Where a template takes a text, each half samples from its own words; where it takes a number of a wide range, training
has the even ones and judging the odd. Choices (on or off, which of three folders) are few and stand in both halves.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal, TypeAlias, cast

from gui_agent.benchmarks.base import Suite, TaskTemplate
from gui_agent.benchmarks.basics.phone import TEMPLATES
from gui_agent.benchmarks.params import IntParam, Param, TextParam

Half: TypeAlias = Literal["train", "held_out"]
_WIDE: Final = 20
"""Numbers of a range with fewer values stand in both halves: half of them would be another task."""

_WORDS: Final[Mapping[Half, str]] = {
    "train": "amber basin cedar delta ember fjord grove haven inlet jetty knoll lemon maple nylon olive pearl quartz "
    "raven slate tulip umber velvet willow yarrow zephyr anchor bridge castle dragon falcon garnet harbor",
    "held_out": "acorn birch coral dune echo fern gable heron iris juniper kelp lotus mesa nectar onyx plume quill "
    "reef sable thorn urchin violet walnut yucca zinnia arrow beacon candle denim feather glacier hollow",
}
_FIRST: Final[Mapping[Half, str]] = {
    "train": "Anton Bianca Cedric Daphne Edgar Fiona Gustav Helena Isidor Jasmin Kaspar Linnea Marvin Nadja Otto Petra",
    "held_out": "Amelie Boris Clara Dmitri Elias Frieda Georg Hanna Ivo Judith Klaus Lotte Milan Nora Oleg Paula",
}
_LAST: Final[Mapping[Half, str]] = {
    "train": "Archer Brandt Carver Draper Eklund Foster Garner Hobbs Ibsen Jarvis Keller Lorenz Marsh Noble Osgood",
    "held_out": "Ashby Becker Conway Dalton Engel Fisher Graves Hooper Irving Jensen Kramer Larsen Mercer Norris Oakes",
}
_ACTIONS: Final = ("Call", "Remind", "Thank", "Write to", "Wait for", "Meet")


def _capital(words: Sequence[str], second: Sequence[str]) -> list[str]:
    return [f"{one.capitalize()} {other}" for one, other in zip(words, second, strict=True)]


def _examples(template: str, name: str, half: Half) -> tuple[str, ...]:
    """Texts of a parameter's form, in the half's own words."""
    words, first, last = (table[half].split() for table in (_WORDS, _FIRST, _LAST))
    turned = [*words[7:], *words[:7]]
    # New names are from other words than the old ones, so that nothing is ever renamed to what it is called.
    early, late = words[: len(words) // 2], words[len(words) // 2 :]
    stems = [f"{one}_{other}" for one, other in itertools.permutations(early[::2], 2)]
    fresh = [f"{one}_{other}" for one, other in itertools.permutations(late[::2], 2)]
    match template, name:
        case _, "first":
            return tuple(first)
        case _, "last":
            return tuple(last)
        case "PhoneRenameFile", "new":
            return tuple(f"{stem}.txt" for stem in fresh)
        case "PhoneRenameNote", "new":
            return tuple(fresh)
        case _, "file":
            return tuple(f"{stem}.txt" for stem in stems)
        case "PhoneDeviceName", "name":
            return tuple(_capital(words, turned))
        case _, "name":
            return tuple(stems)
        case _, "folder":
            return tuple(word.capitalize() for word in words) + tuple(_capital(words, turned))
        case _, "host":
            return tuple(f"{one}.{other}.example" for one, other in zip(words, turned, strict=True))
        case _, "text":
            pairs = itertools.product(_ACTIONS, first)
            return tuple(f"{act} {who} about the {word}" for (act, who), word in zip(pairs, itertools.cycle(words)))
    raise KeyError(f"{template}.{name} has no words of its own in gui_agent.miniature.tasks")


def _of_half(template: str, name: str, param: Param, half: Half) -> Param:
    if isinstance(param, TextParam):
        return replace(param, examples=_examples(template, name, half))
    if isinstance(param, IntParam) and param.step == 1 and param.high - param.low >= _WIDE:
        low = param.low + (param.low % 2 != (0 if half == "train" else 1))
        return IntParam(low, param.high, 2)
    return param


def _template(template: TaskTemplate, half: Half) -> TaskTemplate:
    """The same task under other parameters; a subclass, because templates state them as class variables."""
    kind = type(template)
    params = {name: _of_half(template.name, name, param, half) for name, param in template.params.items()}
    return cast(TaskTemplate, type(kind.__name__, (kind,), {"params": params})())


def suite(half: Half) -> Suite:
    """All phone templates of `basics` in the words of one half."""
    return Suite(name=f"miniature_{half}", templates=tuple(_template(template, half) for template in TEMPLATES))


TRAIN: Final = suite("train")
HELD_OUT: Final = suite("held_out")
SUITE_PATHS: Final[Mapping[Half, str]] = {half: f"{__name__}:{half.upper()}" for half in ("train", "held_out")}
