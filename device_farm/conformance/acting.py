"""Checks of `act` and `act_and_observe`."""

from __future__ import annotations

import asyncio
from functools import partial

from device_farm.conformance.expectations import (
    PIXELS,
    TREE,
    digest_of,
    expect_error,
    labels_of,
    nodes_of,
    steady_digest,
    until,
)
from device_farm.conformance.subject import CheckFailure, Facts, Subject, expect
from device_farm.device import Device
from device_farm.errors import ActionError, FarmError
from device_farm.types.action import (
    Answer,
    Click,
    Drag,
    LongPress,
    OpenApp,
    PressKey,
    Scroll,
    Swipe,
    SystemButton,
    Terminate,
    TypeText,
    Wait,
)
from device_farm.types.geometry import Point
from device_farm.types.observation import Observation
from device_farm.types.ui_tree import UiNode, UiTree


async def every_action_is_taken(subject: Subject, facts: Facts) -> None:
    """Each kind of action that fits the platform is carried out without an error."""
    device = subject.device
    await device.act(OpenApp(name=facts.app))
    screen = (await device.observe(TREE)).screen
    for action in facts.actions(screen):
        try:
            await device.act(action)
        except FarmError as error:
            raise CheckFailure(f"{action} was refused: {type(error).__name__}: {error}") from error


async def open_app_is_seen(subject: Subject, facts: Facts) -> None:
    """`act_and_observe` of OpenApp shows another screen and another foreground."""
    device = subject.device
    before = await device.observe(PIXELS)
    after = await device.act_and_observe(OpenApp(name=facts.app))
    expect(digest_of(after) != digest_of(before), f"the screen is the same after opening {facts.app}")
    expect(after.sequence > before.sequence, "the observation after the action has no later number")
    expect(bool(after.foreground.app), "nothing is in the foreground after an application was opened")
    expect(after.foreground != before.foreground, f"the foreground is still {before.foreground}")


async def tap_is_seen(subject: Subject, facts: Facts) -> None:
    """A click on something clickable changes the screen."""
    device = subject.device
    await device.act(OpenApp(name=facts.app))
    seen = await until(
        device, TREE, lambda one: bool(_clickable(one.ui_tree)), "anything clickable", patience=facts.patience
    )
    before = await steady_digest(device, patience=facts.patience)
    for point in _clickable(seen.ui_tree)[:5]:
        after = await device.act_and_observe(Click(at=point), PIXELS)
        if digest_of(after) != before:
            return
    raise CheckFailure("clicks on five clickable elements changed nothing on the screen")


def _clickable(tree: UiTree | None) -> list[Point]:
    """The middles of clickable elements that a person could name."""
    nodes = tree.find_all(lambda node: "clickable" in node.states and node.bounds.area > 0) if tree else []
    return [node.bounds.center for node in nodes if _has_label(node)]


def _has_label(node: UiNode) -> bool:
    return any(part.label for part in node.walk())


async def typed_text_arrives(subject: Subject, facts: Facts) -> None:
    """Typed text stands in the focused field, with its quotes, spaces and signs."""
    device = subject.device
    await _to_text_field(device, facts)
    text = 'It\'s 100%sure "now" & $HOME <b> \\n;'
    await device.act(TypeText(text=text))
    await until(
        device,
        TREE,
        lambda one: any(text in label for label in labels_of(nodes_of(one))),
        f"the text {text!r} in the UI tree",
        patience=facts.patience,
    )


async def unicode_text_arrives(subject: Subject, facts: Facts) -> None:
    """Text beyond ASCII arrives too."""
    device = subject.device
    await _to_text_field(device, facts)
    text = "Zoë Müller 東京"
    await device.act(TypeText(text=text))
    await until(
        device,
        TREE,
        lambda one: any(text in label for label in labels_of(nodes_of(one))),
        f"the text {text!r} in the UI tree",
        patience=facts.patience,
    )


def _shows(label: str, seen: Observation) -> bool:
    return label in labels_of(nodes_of(seen))


async def _to_text_field(device: Device, facts: Facts) -> None:
    """Opens the application with a text field and puts the focus there."""
    await device.act(OpenApp(name=facts.text_app))
    for label in facts.to_text_field:
        seen = await until(device, TREE, partial(_shows, label), f"{label!r}", patience=facts.patience)
        node = next(node for node in reversed(nodes_of(seen)) if label in (node.text, node.description))
        await device.act(Click(at=node.bounds.center))
    seen = await until(
        device,
        TREE,
        lambda one: any("editable" in node.states for node in nodes_of(one)),
        "an editable field",
        patience=facts.patience,
    )
    field = next(node for node in nodes_of(seen) if "editable" in node.states)
    await device.act(Click(at=field.bounds.center))


async def home_and_back(subject: Subject, facts: Facts) -> None:
    """Keys and buttons of the system have an effect: the application is left, or something opens."""
    device = subject.device
    opened = await device.act_and_observe(OpenApp(name=facts.app))
    await steady_digest(device, patience=facts.patience)
    button = SystemButton(button="home")
    await device.act(button)
    await until(
        device,
        PIXELS,
        lambda one: digest_of(one) != digest_of(opened),
        "another screen after the home button",
        patience=facts.patience,
    )


async def wait_lets_time_pass(subject: Subject, facts: Facts) -> None:
    """Wait advances the device's clock by what was asked."""
    before = await subject.device.observe(TREE)
    after = await subject.device.act_and_observe(Wait(duration_s=1.5), TREE)
    passed = after.device_time_s - before.device_time_s
    expect(passed >= 1.4, f"after a wait of 1.5 s the device's clock is {passed:.2f} s on")


async def answers_touch_nothing(subject: Subject, facts: Facts) -> None:
    """Answer and Terminate leave the screen alone."""
    before = await steady_digest(subject.device, patience=facts.patience)
    await subject.device.act(Answer(text="42"))
    after = await subject.device.act_and_observe(Terminate(status="success"), PIXELS)
    expect(digest_of(after) == before, "an answer changed the screen")


async def off_screen_is_refused(subject: Subject, facts: Facts) -> None:
    """Coordinates off the screen are an ActionError that names them and the screen's size, and nothing happens."""
    device = subject.device
    # A screen may change by itself now and then (a clock, a tool tip that goes): an action's effect is there each time.
    for _ in range(3):
        before = await steady_digest(device, patience=facts.patience)
        await _refuse_off_screen(device)
        if await steady_digest(device, patience=facts.patience) == before:
            return
    expect(False, "a refused action changed the screen")


async def _refuse_off_screen(device: Device) -> None:
    screen = device.info.screen
    inside, outside = Point(1, 1), Point(screen.width + 7, 3)
    for action in (
        Click(at=outside),
        Click(at=Point(-1, 5)),
        Click(at=Point(0, screen.height)),
        LongPress(at=outside),
        Drag(start=inside, end=outside),
        Swipe(start=outside, end=inside),
        Scroll(at=outside, dy=1),
    ):
        error = await expect_error((ActionError,), device.act(action), str(action))
        text = str(error)
        expect(str(screen.width) in text and str(screen.height) in text, f"no screen size in the error {text!r}")


async def bad_actions_are_refused(subject: Subject, facts: Facts) -> None:
    """An unknown application or key, a negative wait: ActionError, and the device goes on."""
    device = subject.device
    for action in (OpenApp(name="No Such Application 9"), PressKey(key="no_such_key"), Wait(duration_s=-1.0)):
        await expect_error((ActionError,), device.act(action), str(action))
    await device.observe()


async def cancelled_calls_leave_it_usable(subject: Subject, facts: Facts) -> None:
    """Calls cancelled at any moment do not wedge the device."""
    device = subject.device
    for delay_s in (0.0, 0.001, 0.003, 0.01, 0.05):
        for call in (
            device.act_and_observe(SystemButton(button="home")),
            device.shell(facts.endless_command, timeout_s=20),
        ):
            task: asyncio.Future[object] = asyncio.ensure_future(call)
            await asyncio.sleep(delay_s)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    result = await device.shell("echo alive")
    expect(result.stdout.strip() == b"alive", f"after cancelled calls the shell says {result}")
    digest_of(await device.observe())


async def same_seed_same_bytes(subject: Subject, facts: Facts) -> None:
    """Two clean states and the same actions give the same pixels and the same clock."""
    first, second = await _run_script(await subject.fresh(), facts), await _run_script(await subject.fresh(), facts)
    for index, (one, other) in enumerate(zip(first, second, strict=True)):
        expect(one == other, f"step {index} differs between two runs: {one} and {other}")


async def _run_script(device: Device, facts: Facts) -> list[tuple[str, float]]:
    seen = [await device.observe(), await device.act_and_observe(OpenApp(name=facts.app))]
    middle = Point(seen[0].screen.width // 2, seen[0].screen.height // 2)
    script = (Scroll(at=middle, dy=3), Click(at=middle), SystemButton(button="back"), SystemButton(button="home"))
    seen += [await device.act_and_observe(action) for action in script]
    return [(digest_of(one), one.device_time_s) for one in seen]
