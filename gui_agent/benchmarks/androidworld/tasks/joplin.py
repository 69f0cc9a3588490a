"""Joplin: four questions about notes. Decided by the agent's answer."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Generator
from random import Random
from typing import ClassVar, Final

from device_farm.device import Device
from device_farm.types.action import Action, TypeText
from device_farm.types.observation import Observation
from device_farm.types.task import Task
from device_farm.types.trajectory import Scored
from device_farm.types.ui_tree import UiNode
from gui_agent.benchmarks.androidworld.answer_probes import NumberAnswered, TextsAnswered
from gui_agent.benchmarks.androidworld.screens import page, read_list, start_app
from gui_agent.benchmarks.androidworld.setting import set_clock
from gui_agent.benchmarks.androidworld.tasks.joplin_notes import FOLDERS, NoteRow, put_notes, with_noise
from gui_agent.benchmarks.base import LOOK, Look, Script, TaskTemplate
from gui_agent.benchmarks.basics.phone.common import text_param
from gui_agent.benchmarks.params import ChoiceParam, TextParam
from gui_agent.benchmarks.ui import ExpertStuck, Match, Plain, UiScript, answer, find, tap, visible_nodes, wait_for
from verifier.rules.base import Probe, judge

_TITLE_FIELD: Final = Match(where=lambda node: node.hint == "Add title")
_LIST: Final = Match(role="RecyclerView")
_PAGES_MAX: Final = 3
_FOLDER: Final = ChoiceParam(tuple(name for name in FOLDERS if name not in ("Tasks", "Meeting Notes")))


class _Joplin(TaskTemplate):
    tags: ClassVar[tuple[str, ...]] = ("joplin",)
    evaluator = "answer"
    max_steps = 10

    @abstractmethod
    def notes(self, task: Task) -> list[NoteRow]:
        """What Joplin holds when the task begins."""

    @abstractmethod
    def probe(self, task: Task, answer: str | None) -> Probe:
        """The question whether the answer is right."""

    async def set_up(self, device: Device, task: Task) -> None:
        await set_clock(device)
        await put_notes(device, self.notes(task), Random(f"ids {task.id}"))

    async def evaluate(self, device: Device, task: Task, answer: str | None) -> Scored:
        return await judge(device, self.probe(task, answer))


def _search(title: str) -> Plain:
    """Opens Joplin and searches all notebooks."""
    yield from start_app("Joplin")
    yield from tap(description="Search")
    yield from wait_for(Match(description="Clear"))
    yield TypeText(text=title)


def _row_of(title: str) -> UiScript:
    """The line of the result with exactly this title."""
    line = Match(where=lambda node: node.text == title and "editable" not in node.states)
    return (yield from wait_for(line))


def _open_note(title: str) -> Plain:
    yield from _search(title)
    yield from _row_of(title)
    yield from tap(Match(where=lambda node: node.text == title and "editable" not in node.states))
    yield from wait_for(_TITLE_FIELD)


def _find_line(pattern: re.Pattern[str]) -> Generator[Action | Look, Observation, re.Match[str]]:
    """The first line of the open note that `pattern` fits, further down if need be. Raises ExpertStuck."""
    observation = yield LOOK
    for _ in range(_PAGES_MAX):
        for node in visible_nodes(observation):
            if found := pattern.search(node.text):
                return found
        body = find(observation, Match(state="scrollable"))
        if body is None:
            break
        observation = yield page(body.bounds, "down")
    raise ExpertStuck(f"no line of the note fits {pattern.pattern!r}")


class NotesIsTodo(_Joplin):
    name = "NotesIsTodo"
    goal = "Look at the note “{title}” in Joplin: is it a to-do? Answer True if it is one and False if it is not."
    params = {
        "title": ChoiceParam(
            (
                *("Grocery List", "Meeting Agenda", "Project Proposal", "Daily Journal", "To-Do List"),
                *("Research Notes", "Travel Itinerary", "Recipe Collection", "Budget Spreadsheet", "Training Manual"),
            )
        ),
        "is_todo": ChoiceParam(("True", "False")),
        "body": TextParam(("Ring the plumber about the tap.", "Bring the signed form on Monday.", "Nothing yet."), 200),
        "folder": _FOLDER,
    }

    def notes(self, task: Task) -> list[NoteRow]:
        title = text_param(task.params, "title")
        wanted = NoteRow(
            folder=text_param(task.params, "folder"),
            title=title,
            body=text_param(task.params, "body"),
            is_todo=task.params["is_todo"] == "True",
        )
        return with_noise(task, [wanted], lambda row: row.title == title)

    def probe(self, task: Task, answer: str | None) -> Probe:
        return TextsAnswered(answer=answer, expected=(text_param(task.params, "is_todo"),))

    def expert(self, task: Task) -> Script:
        title = text_param(task.params, "title")
        yield from _search(title)
        yield from _row_of(title)
        observation = yield LOOK
        box = find(observation, Match(description=f"to-do: {title}", state="checkable"))
        yield from answer(str(box is not None))


class NotesMeetingAttendeeCount(_Joplin):
    name = "NotesMeetingAttendeeCount"
    goal = "How many people attended the meeting described in the Joplin note “{title}”? Answer with the number alone."
    params = {
        "title": ChoiceParam(
            (
                *("Team Weekly Sync", "Client Quarterly Review", "Project Kickoff Meeting", "Budget Planning Session"),
                *("Sales Strategy Discussion", "Vendor Negotiation Meeting", "Quality Assurance Review"),
                *("Project Status Update", "Company All-Hands Meeting", "Training Workshop for New Hires"),
            )
        ),
        "attendee_count": ChoiceParam(tuple(str(count) for count in range(5, 105, 5))),
        "body": ChoiceParam(
            (
                "Minutes:\n- Milestones were moved\n- Nobody took a break\n- Attended by {attendee_count} people\n",
                "Summary:\n- Budget accepted\n- Next date is open\n- {attendee_count} participants were present\n",
                "Recap:\n- Feedback was read out\n- {attendee_count} individuals attended\n- Room was too warm\n",
                "Notes:\n- Two demos, both fine\n- Owners were named\n- {attendee_count} attendees took part\n",
            )
        ),
    }

    def notes(self, task: Task) -> list[NoteRow]:
        title = text_param(task.params, "title")
        body = text_param(task.params, "body").replace("{attendee_count}", text_param(task.params, "attendee_count"))
        wanted = NoteRow(folder="Meeting Notes", title=title, body=body)
        return with_noise(task, [wanted], lambda row: title in row.title)

    def probe(self, task: Task, answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=float(text_param(task.params, "attendee_count")))

    def expert(self, task: Task) -> Script:
        yield from _open_note(text_param(task.params, "title"))
        people = r"attend|participant|people|individual|present"
        found = yield from _find_line(re.compile(rf"(?=.*(?:{people})).*?(\d+)", re.IGNORECASE))
        yield from answer(found.group(1))


class NotesRecipeIngredientCount(_Joplin):
    name = "NotesRecipeIngredientCount"
    goal = (
        "The Joplin note “{title}” is a recipe. How much {ingredient} does it need? Answer with amount and unit as "
        "they are written there, <amount> <unit>."
    )
    params = {
        "title": ChoiceParam(
            (
                *("Chicken Alfredo", "Lasagna", "Vegetable Curry", "Banana Bread", "Lentil Soup", "Beef Stew"),
                *("Fish Tacos", "Pumpkin Pie", "Greek Salad", "Mushroom Risotto"),
            )
        ),
        "ingredient_quantity": ChoiceParam(
            ("1/2 cup", "3/4 cup", "1 cup", "2 cups", "2 teaspoons", "1 tablespoon", "1/4 teaspoon", "3 tablespoons")
        ),
        "ingredient": ChoiceParam(
            ("spirulina", "acai berries", "chia seeds", "goji berries", "hemp hearts", "maca powder", "flaxseed")
        ),
        "body": ChoiceParam(
            (
                "Ingredients:\n- 2 cups flour\n- 1/2 cup sugar\n- {ingredient_quantity} {ingredient}\n- 1 egg\n"
                "\nInstructions:\n1. Mix all of it.\n2. Bake for 30 minutes.\n3. Let it cool.\n",
                "Ingredients:\n- {ingredient_quantity} {ingredient}\n- 1 cup water\n- 3 cloves garlic\n"
                "\nInstructions:\n1. Boil the water.\n2. Stir everything in.\n3. Simmer for 15 minutes.\n4. Serve.\n",
                "Ingredients:\n- 1/4 cup oil\n- 2 cups rice\n- 1/2 cup raisins\n- {ingredient_quantity} {ingredient}\n"
                "\nInstructions:\n1. Heat the oil.\n2. Fry the rice.\n3. Add the rest.\n",
            )
        ),
    }

    def notes(self, task: Task) -> list[NoteRow]:
        title = text_param(task.params, "title")
        body = text_param(task.params, "body")
        for part in ("ingredient_quantity", "ingredient"):
            body = body.replace("{" + part + "}", text_param(task.params, part))
        wanted = NoteRow(folder="Recipes", title=title, body=body)
        return with_noise(task, [wanted], lambda row: title in row.title)

    def probe(self, task: Task, answer: str | None) -> Probe:
        return TextsAnswered(answer=answer, expected=(text_param(task.params, "ingredient_quantity"),))

    def expert(self, task: Task) -> Script:
        yield from _open_note(text_param(task.params, "title"))
        ingredient = re.escape(text_param(task.params, "ingredient"))
        found = yield from _find_line(re.compile(rf"^(\S*\d.*\S)\s+{ingredient}$", re.IGNORECASE))
        yield from answer(found.group(1))


class NotesTodoItemCount(_Joplin):
    name = "NotesTodoItemCount"
    goal = "Count the to-dos in the Joplin notebook “{folder}”. Answer with the number alone."
    params = {
        "folder": _FOLDER,
        "title": ChoiceParam(
            (
                *("Grocery List", "Meeting Agenda", "Personal Goals", "Work Tasks", "Home Improvement"),
                *("Study Notes", "Recipe Ideas", "Financial Plan", "Health Routine", "Travel Itinerary"),
            )
        ),
        "body": TextParam(("Milk, eggs and bread.", "Update everyone, then plan.", "Run three times a week."), 200),
    }
    _todos: ClassVar[int] = 3

    def notes(self, task: Task) -> list[NoteRow]:
        folder, title = text_param(task.params, "folder"), text_param(task.params, "title")
        titles = [title, f"{title} (old)", f"{title} (draft)"]
        wanted = [
            NoteRow(folder=folder, title=one, body=text_param(task.params, "body"), is_todo=True) for one in titles
        ]
        return with_noise(task, wanted, lambda row: row.is_todo and row.folder == folder)

    def probe(self, task: Task, answer: str | None) -> Probe:
        return NumberAnswered(answer=answer, expected=self._todos)

    def expert(self, task: Task) -> Script:
        folder = text_param(task.params, "folder")
        yield from start_app("Joplin")
        yield from tap(description="Sidebar")
        # The header names the open notebook as well; the sidebar lies above it.
        yield from wait_for(Match(text="Notebooks"))
        yield from tap(Match(where=lambda node: node.text == folder, index=-1))
        yield from wait_for(Match(description="Sort notes by"))
        notes = yield from read_list(_LIST, _note_line)
        yield from answer(str(sum(is_todo for _, is_todo in notes)))


def _note_line(row: UiNode) -> tuple[str, bool] | None:
    """Title of a line of the list, and whether it has a box."""
    title = next((node.text for node in row.walk() if node.text), "")
    return (title, any("checkable" in node.states for node in row.walk())) if title else None


TEMPLATES: Final[tuple[TaskTemplate, ...]] = (
    NotesIsTodo(),
    NotesMeetingAttendeeCount(),
    NotesRecipeIngredientCount(),
    NotesTodoItemCount(),
)
