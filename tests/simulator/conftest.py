"""A booted phone with a sample app on it, and a hand that finds things by what they say."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from device_farm.simulator import intents
from device_farm.simulator.intents import ActivityResult, ComponentName, Intent, IntentFilter
from device_farm.simulator.notifications import Notification, NotificationAction
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.toolkit import widgets as w
from device_farm.simulator.toolkit.app import Activity, ActivityEntry, App, AppContext, AppIcon, Context
from device_farm.types.ui_tree import UiNode

PACKAGE = "com.example.sample"
CAMERA = "android.permission.CAMERA"


@dataclass(frozen=True, slots=True)
class MainState:
    log: tuple[str, ...] = ()
    on: bool = False
    level: float = 20.0
    option: int = 0


class MainActivity(Activity[MainState]):
    def initial(self, context: Context[MainState]) -> MainState:
        return MainState()

    def build(self, context: Context[MainState]) -> w.Widget:
        state = context.state

        def note(text: str) -> None:
            context.update(log=(*context.state.log, text))

        rows: tuple[w.Widget, ...] = (
            w.Text(" ".join(state.log) or "-", resource_id="log"),
            w.TextField(key="name", hint="Name", resource_id="name", on_change=lambda text: note(f"name={text}")),
            w.TextField(key="pin", hint="Pin", kind="number", password=True, resource_id="pin"),
            w.TextField(key="body", hint="Body", multiline=True, min_lines=2, resource_id="body"),
            w.SwitchRow("Toggle", state.on, on_change=lambda on: context.update(on=on)),
            w.Slider(state.level, key="level", resource_id="level", on_change=lambda v: context.update(level=v)),
            w.Spinner(("red", "green", "blue"), state.option, key="colour", on_pick=lambda i: context.update(option=i)),
            w.Button("Dialog", on_tap=lambda: context.dialog("ask")),
            w.Button("Time", on_tap=lambda: context.dialog("time")),
            w.Button("Date", on_tap=lambda: context.dialog("date")),
            w.Button("Choice", on_tap=lambda: context.dialog("choice")),
            w.Button("Camera", on_tap=lambda: context.request_permission(CAMERA)),
            w.Button("Pick", on_tap=lambda: context.start_for_result(_explicit(".ListActivity"), "line")),
            w.Button("Toast", on_tap=lambda: context.toast("Hello toast")),
            w.Button("Snack", on_tap=lambda: context.snackbar("Deleted", action="Undo", event="undo")),
            w.Button("Later", on_tap=lambda: context.schedule(context.now_s + 10, "later", 7)),
            w.Button("Crash", on_tap=lambda: _fail()),
            w.Button("Off", enabled=False, on_tap=lambda: note("never")),
            w.ContextMenu(
                (w.MenuItem("First", lambda: note("first")), w.MenuItem("Second", lambda: note("second"))),
                w.ListRow("Hold me", on_tap=lambda: note("tapped")),
                key="hold",
            ),
        )
        return w.Screen(
            app_bar=w.AppBar(title="Sample", overflow=(w.MenuItem("About", lambda: note("about")),)),
            body=w.Scroll(rows, key="rows", gap=4, weight=1),
        )

    def dialog(self, context: Context[MainState], name: str, argument: object) -> w.Overlay:
        def note(text: str) -> None:
            context.update(log=(*context.state.log, text))

        match name:
            case "time":
                return w.TimePickerDialog(hour=7, minute=30, on_pick=lambda h, m: note(f"{h}:{m:02d}"))
            case "date":
                return w.DatePickerDialog(year=2023, month=10, day=15, on_pick=lambda y, m, d: note(f"{y}-{m}-{d}"))
            case "choice":
                return w.ChoiceDialog("Choose", ("one", "two"), 0, on_pick=lambda i: note(f"choice{i}"))
            case _:
                return w.Dialog(
                    title="Question",
                    body=w.TextField(key="answer", hint="Answer", autofocus=True, resource_id="answer"),
                    buttons=(
                        w.DialogButton("Cancel"),
                        w.DialogButton("OK", lambda: note(f"answer={context.text('answer')}")),
                    ),
                    on_dismiss=lambda: note("dismissed"),
                )

    def on_result(self, context: Context[MainState], request: str, result: ActivityResult) -> None:
        context.update(log=(*context.state.log, f"{request}:{result.ok}:{result.data}"))

    def on_permission(self, context: Context[MainState], permission: str, granted: bool) -> None:
        context.update(log=(*context.state.log, f"camera:{granted}"))

    def on_event(self, context: Context[MainState], event: str, argument: object) -> None:
        context.update(log=(*context.state.log, event))


class ListActivity(Activity[None]):
    def build(self, context: Context[None]) -> w.Widget:
        def line(index: int) -> w.Widget:
            return w.ListRow(
                f"Line {index}", on_tap=lambda: context.finish(ActivityResult(ok=True, data=f"line{index}"))
            )

        return w.Screen(
            app_bar=w.AppBar(title="Lines", navigation="back"),
            body=w.LazyList(key="lines", count=100, row=line, row_height=56, weight=1),
        )


def _explicit(name: str) -> Intent:
    return Intent(component=ComponentName(PACKAGE, PACKAGE + name))


def _fail() -> None:
    raise RuntimeError("broken on purpose")


class SampleApp(App):
    package = PACKAGE
    label = "Sample"
    icon = AppIcon(glyph="science")
    system = False
    permissions = (CAMERA,)
    activities = (
        ActivityEntry(
            class_name=".MainActivity",
            activity=MainActivity(),
            filters=(IntentFilter(actions=(intents.MAIN,), categories=(intents.LAUNCHER, intents.DEFAULT)),),
        ),
        ActivityEntry(
            class_name=".ListActivity",
            activity=ListActivity(),
            filters=(IntentFilter(actions=(intents.VIEW,), schemes=("sample",)),),
        ),
    )

    def on_install(self, context: AppContext) -> None:
        schema = "CREATE TABLE item (id INTEGER PRIMARY KEY, word TEXT);"
        word = context.random("seed").choice(("alpha", "beta", "gamma"))
        context.database("sample.db", schema).execute("INSERT INTO item (word) VALUES (?)", (word,))

    def on_event(self, context: AppContext, event: str, argument: object) -> None:
        if event == "later":
            context.notify(
                Notification(
                    id=1,
                    title="It is later",
                    text=f"argument {argument}",
                    importance="high",
                    actions=(NotificationAction(text="Again", event="again"),),
                )
            )
        elif event == "again":
            context.cancel_notification(1)
            context.toast("Again tapped")


class Hand:
    """Acts on a phone through its screen only."""

    def __init__(self, phone: SimulatedPhone) -> None:
        self.phone = phone

    def all(self) -> list[UiNode]:
        return list(self.phone.accessibility().walk())

    def find(self, label: str) -> UiNode | None:
        """The node with that text, description, hint or resource id (its last part)."""
        wanted = [
            node
            for node in self.all()
            if label in (node.text, node.description, node.hint) or node.resource_id.rpartition("/")[2] == label
        ]
        return wanted[0] if wanted else None

    def get(self, label: str) -> UiNode:
        node = self.find(label)
        assert node is not None, f"{label!r} is not on the screen: {[each.label for each in self.all() if each.label]}"
        return node

    def sees(self, label: str) -> bool:
        return self.find(label) is not None

    def tap(self, label: str) -> None:
        center = self.get(label).bounds.center
        self.phone.input.tap(center.x, center.y)

    def hold(self, label: str) -> None:
        center = self.get(label).bounds.center
        self.phone.input.long_press(center.x, center.y)

    def scroll_to(self, label: str) -> None:
        """Drags the middle of the screen up until the label can be tapped."""
        for _ in range(30):
            if self.sees(label):
                return
            self.phone.input.drag(540, 1500, 540, 1000)
        raise AssertionError(f"{label!r} was not found by scrolling")

    def log(self) -> str:
        return self.get("log").text

    def open(self, label: str) -> None:
        """By the icon in the app drawer."""
        self.phone.input.key(3)
        self.phone.input.swipe(540, 1500, 540, 700)
        self.tap(label)


@pytest.fixture
def phone() -> SimulatedPhone:
    booted = SimulatedPhone.boot(seed=7)
    booted.packages.add_app(SampleApp())
    return booted


@pytest.fixture
def hand(phone: SimulatedPhone) -> Hand:
    """A hand on a phone whose sample app is open."""
    made = Hand(phone)
    made.open("Sample")
    return made
