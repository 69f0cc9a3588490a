"""The accessibility forwarder against a listener like android_env's: it never has an older tree than the phone."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent import futures
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wire_clients import Adb, Loop

from device_farm.pb import accessibility_forwarder_pb2 as pb
from device_farm.pb import accessibility_forwarder_pb2_grpc as services
from device_farm.pb import emulator_controller_pb2 as controller
from device_farm.pb import emulator_controller_pb2_grpc as controller_services
from device_farm.simulator.accessibility_forwarder.forest import encode_forest
from device_farm.simulator.accessibility_forwarder.forwarder import AccessibilityForwarder
from device_farm.simulator.intents import Intent
from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.server import RunningPhone
from device_farm.types.geometry import Rect
from device_farm.types.ui_tree import UiNode, UiTree

RECEIVER = "com.google.androidenv.accessibilityforwarder/.FlagsBroadcastReceiver"
ACTION = "accessibility_forwarder.intent.action"


class Listener(services.A11yServiceServicer):
    """Keeps the latest forest, as android_env's servicer does."""

    def __init__(self) -> None:
        self.forests: list[pb.AndroidAccessibilityForest] = []

    def SendForest(self, request: pb.AndroidAccessibilityForest, context: Any) -> pb.ForestResponse:
        self.forests.append(request)
        return pb.ForestResponse()

    def texts(self) -> list[str]:
        """What the latest forest says."""
        return [node.text for window in self.forests[-1].windows for node in window.tree.nodes if node.text]


@contextmanager
def listening(port: int = 0) -> Iterator[tuple[Listener, int]]:
    listener = Listener()
    server = grpc.server(futures.ThreadPoolExecutor(4))
    services.add_A11yServiceServicer_to_server(listener, server)  # type: ignore[no-untyped-call]
    bound = server.add_secure_port(f"[::]:{port}", grpc.local_server_credentials())
    server.start()
    yield listener, bound
    server.stop(None).wait()


def attach(adb: Adb, port: int) -> None:
    for action in ("ENABLE_ACCESSIBILITY_TREE_LOGS", f'SET_GRPC --ei "port" {port}'):
        assert adb("shell", "am", "broadcast", "-a", f"{ACTION}.{action}", "-n", RECEIVER).returncode == 0


@pytest.fixture
def listener(loop: Loop, phone: RunningPhone, adb: Adb) -> Iterator[Listener]:
    with listening() as (made, port):
        attach(adb, port)
        yield made
        loop.run(phone.handset.forwarder.close())


def test_after_each_shell_command_the_listener_has_the_screen_of_now(listener: Listener, adb: Adb) -> None:
    for _ in range(5):
        adb("shell", "am start -n com.android.settings/.Settings")
        assert "Settings" in listener.texts()
        adb("shell", "input keyevent KEYCODE_HOME")
        assert "Network & internet" not in listener.texts()


def test_a_tree_that_the_listener_threw_away_comes_again_with_the_next_command(listener: Listener, adb: Adb) -> None:
    listener.forests.clear()
    adb("shell", "settings get global airplane_mode_on")
    assert listener.texts()


def test_a_screenshot_brings_the_tree_of_the_same_moment(listener: Listener, phone: RunningPhone, loop: Loop) -> None:
    with grpc.insecure_channel(
        f"127.0.0.1:{phone.ports.grpc}", options=[("grpc.max_receive_message_length", -1)]
    ) as channel:
        stub = controller_services.EmulatorControllerStub(channel)  # type: ignore[no-untyped-call]
        loop.call(lambda: phone.handset.phone.activities.launch_app("com.android.settings"))
        stub.getScreenshot(controller.ImageFormat(format=controller.ImageFormat.RGBA8888))
        assert "Settings" in listener.texts()


def test_a_change_that_nobody_asks_about_comes_by_itself(listener: Listener, phone: RunningPhone, loop: Loop) -> None:
    loop.call(lambda: phone.handset.phone.activities.launch_app("com.android.settings"))
    _until(lambda: "Settings" in listener.texts())


def test_an_unchanged_tree_comes_again_by_itself(listener: Listener) -> None:
    listener.forests.clear()
    _until(lambda: bool(listener.forests))


def test_the_listener_outlives_a_reset_of_the_phone(
    listener: Listener, adb: Adb, phone: RunningPhone, loop: Loop
) -> None:
    adb("shell", "am start -n com.android.settings/.Settings")
    loop.call(phone.handset.reset)
    adb("shell", "true")
    assert "Network & internet" not in listener.texts()


def test_airplane_mode_cuts_the_listener_off(listener: Listener, adb: Adb) -> None:
    adb("shell", "settings put global airplane_mode_on 1")
    listener.forests.clear()
    adb("shell", "am start -n com.android.settings/.Settings")
    assert listener.forests == []
    adb("shell", "settings put global airplane_mode_on 0")
    assert "Settings" in listener.texts()


def test_nothing_is_sent_before_the_trees_are_switched_on(phone: RunningPhone, adb: Adb, loop: Loop) -> None:
    with listening() as (listener, port):
        adb("shell", f"am broadcast -a {ACTION}.DISABLE_ACCESSIBILITY_TREE_LOGS -n {RECEIVER}")
        adb("shell", f"am broadcast -a {ACTION}.SET_GRPC --ei port {port} --es host localhost -n {RECEIVER}")
        assert listener.forests == []
        adb("shell", f"am broadcast -a {ACTION}.ENABLE_ACCESSIBILITY_TREE_LOGS -n {RECEIVER}")
        assert listener.forests
        loop.run(phone.handset.forwarder.close())


def test_commands_do_not_wait_for_a_listener_that_is_gone_and_a_new_one_takes_over(
    phone: RunningPhone, adb: Adb, loop: Loop
) -> None:
    with listening() as (_, port):
        attach(adb, port)
    begun = time.monotonic()
    for _ in range(20):
        assert adb("shell", "true").returncode == 0
    assert time.monotonic() - begun < 10
    with listening(port) as (again, _):
        _until(lambda: bool(again.forests))
    with listening() as (other, port):
        attach(adb, port)
        assert other.forests
    loop.run(phone.handset.forwarder.close())


def test_a_listener_that_hangs_holds_up_few_commands(phone: RunningPhone, adb: Adb, loop: Loop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        attach(adb, silent.getsockname()[1])
        begun = time.monotonic()
        for _ in range(30):
            assert adb("shell", "true").returncode == 0
        assert time.monotonic() - begun < 30
        loop.run(phone.handset.forwarder.close())


def test_another_service_on_the_port_is_left_alone(phone: RunningPhone, adb: Adb, loop: Loop) -> None:
    attach(adb, phone.ports.grpc)
    _until(lambda: phone.handset.forwarder.target is None)


@pytest.mark.parametrize(
    "extras", ["--ei port 0", "--ei port 70000", "--es port 8554", "--ei port 8554 --es host example.com", ""]
)
def test_an_address_off_this_machine_or_without_port_is_ignored(phone: RunningPhone, adb: Adb, extras: str) -> None:
    assert adb("shell", f"am broadcast -a {ACTION}.SET_GRPC {extras} -n {RECEIVER}").returncode == 0
    assert phone.handset.forwarder.target is None


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 10
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.02)  # noqa: TID251 - a blocking client in a test


# The message


def test_forest_has_each_node_once_with_its_children_and_depth() -> None:
    tree = SimulatedPhone.boot(seed=3).accessibility()
    forest = pb.AndroidAccessibilityForest.FromString(encode_forest(tree))
    assert len(forest.windows) == len(tree.roots)
    ids = [node.unique_id for window in forest.windows for node in window.tree.nodes]
    assert len(ids) == len(set(ids)) == len(list(tree.walk()))
    for window, root in zip(forest.windows, reversed(tree.roots), strict=True):
        nodes = {node.unique_id: node for node in window.tree.nodes}
        _compare(nodes, window.tree.nodes[0], root, 0)
    assert [window.layer for window in forest.windows] == sorted((w.layer for w in forest.windows), reverse=True)
    assert sum(window.is_focused for window in forest.windows) == 1


def _compare(nodes: dict[int, Any], node: Any, original: UiNode, depth: int) -> None:
    bounds = node.bounds_in_screen
    assert Rect(bounds.left, bounds.top, bounds.right, bounds.bottom) == original.bounds
    assert (node.class_name, node.content_description, node.depth) == (original.role, original.description, depth)
    assert node.view_id_resource_name == original.resource_id
    assert node.is_clickable == ("clickable" in original.states)
    assert len(node.child_ids) == len(original.children)
    for child_id, child in zip(node.child_ids, original.children, strict=True):
        _compare(nodes, nodes[child_id], child, depth + 1)


def test_an_empty_field_says_its_hint_as_android_does() -> None:
    field = UiNode(
        role="android.widget.EditText", bounds=Rect(0, 0, 9, 9), hint="Name", states=frozenset({"editable", "visible"})
    )
    forest = pb.AndroidAccessibilityForest.FromString(encode_forest(UiTree(roots=(field,))))
    node = forest.windows[0].tree.nodes[0]
    assert (node.text, node.hint_text, node.is_editable) == ("Name", "Name", True)


@settings(max_examples=100, deadline=None)
@given(
    st.text(max_size=60),
    st.dictionaries(st.sampled_from(["port", "host", "x"]), st.one_of(st.integers(), st.text(), st.booleans())),
)
def test_any_broadcast_leaves_the_forwarder_as_it_is_or_with_a_listener_here(action: str, extras: Any) -> None:
    forwarder = AccessibilityForwarder(lambda: None)
    if "port" in extras and isinstance(extras["port"], int) and 0 < extras["port"] < 65536:
        extras = {**extras, "host": "example.com"}
    for name in (action, f"{ACTION}.SET_GRPC", f"{ACTION}.ENABLE_ACCESSIBILITY_TREE_LOGS"):
        forwarder.receive(Intent(action=name, extras=extras), ("com.google.androidenv.accessibilityforwarder",))
    assert forwarder.target is None
