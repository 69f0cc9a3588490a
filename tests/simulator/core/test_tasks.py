"""Task stacks, intents, packages."""

from __future__ import annotations

import pytest

from device_farm.simulator import intents
from device_farm.simulator.intents import ComponentName, Intent, IntentFilter
from device_farm.simulator.phone import SimulatedPhone

SAMPLE = "com.example.sample"
MAIN = ComponentName(SAMPLE, f"{SAMPLE}.MainActivity")
LIST = ComponentName(SAMPLE, f"{SAMPLE}.ListActivity")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b/.C", ComponentName("a.b", "a.b.C")),
        ("a.b/x.y.C", ComponentName("a.b", "x.y.C")),
    ],
)
def test_component_name_parses_both_forms(text: str, expected: ComponentName) -> None:
    assert ComponentName.parse(text) == expected


@pytest.mark.parametrize("text", ["", "a.b", "a.b/", "/C"])
def test_component_name_refuses_half_a_name(text: str) -> None:
    with pytest.raises(ValueError, match="bad component name"):
        ComponentName.parse(text)


@pytest.mark.parametrize(
    ("wanted", "matches"),
    [
        (Intent(action=intents.VIEW, data="file:///a.md", type="text/markdown"), True),
        (Intent(action=intents.VIEW, data="content://a/1", type="text/plain"), True),
        (Intent(action=intents.VIEW, data="file:///a.png", type="image/png"), False),
        (Intent(action=intents.VIEW), False),
        (Intent(action=intents.EDIT, data="file:///a.md", type="text/plain"), False),
        (Intent(action=intents.VIEW, data="https://x/a.md", type="text/plain"), False),
        (Intent(action=intents.VIEW, data="file:///a", type="*/*"), True),
        (Intent(action=intents.VIEW, data="file:///a", type="text/plain", categories=("other",)), False),
    ],
)
def test_filter_by_type_matches_files_of_that_type(wanted: Intent, matches: bool) -> None:
    assert IntentFilter(actions=(intents.VIEW,), types=("text/*",)).matches(wanted) is matches


def test_explicit_start_opens_the_activity(phone: SimulatedPhone) -> None:
    assert phone.activities.start(Intent(component=LIST)).status == "started"
    assert phone.activities.top == LIST


def test_unknown_component_is_not_found(phone: SimulatedPhone) -> None:
    outcome = phone.activities.start(Intent(component=ComponentName(SAMPLE, f"{SAMPLE}.Nothing")))
    assert outcome.status == "not_found"
    assert phone.state.surface == "home"


def test_launcher_start_brings_the_task_back_as_it_was(phone: SimulatedPhone) -> None:
    phone.activities.launch_app(SAMPLE)
    phone.activities.start(Intent(component=LIST))
    phone.input.key(3)
    assert phone.activities.launch_app(SAMPLE).status == "brought_to_front"
    assert phone.activities.top == LIST
    assert len(phone.activities.tasks) == 1


def test_second_start_of_the_same_activity_is_delivered(phone: SimulatedPhone) -> None:
    phone.activities.start(Intent(component=LIST))
    assert phone.activities.start(Intent(component=LIST)).status == "delivered"
    assert len(phone.activities.tasks[0].records) == 1


def test_clear_task_flag_starts_over(phone: SimulatedPhone) -> None:
    phone.activities.launch_app(SAMPLE)
    phone.activities.start(Intent(component=LIST, flags=0x10008000))
    assert [record.component for record in phone.activities.tasks[0].records] == [LIST]


def test_clear_top_flag_drops_what_lies_above(phone: SimulatedPhone) -> None:
    phone.activities.launch_app(SAMPLE)
    phone.activities.start(Intent(component=LIST))
    phone.activities.start(Intent(component=MAIN, flags=0x04000000))
    assert [record.component for record in phone.activities.tasks[0].records] == [MAIN]


def test_force_stop_ends_tasks_alarms_and_notifications(hand) -> None:
    phone = hand.phone
    phone.schedule(phone.clock.now_s() + 100, SAMPLE, "later")
    phone.activities.force_stop(SAMPLE)
    assert phone.state.surface == "home"
    assert all(task.package != SAMPLE for task in phone.activities.tasks)
    assert all(item.package != SAMPLE for item in phone.state.scheduled)


def test_clear_data_runs_the_installation_again(phone: SimulatedPhone) -> None:
    path = f"/data/data/{SAMPLE}/databases/sample.db"
    before = phone.files.read(path)
    phone.files.write(path, b"spoilt")
    phone.files.write(f"/data/data/{SAMPLE}/files/extra", b"x")
    phone.packages.grant(SAMPLE, "android.permission.CAMERA")
    assert phone.packages.clear(SAMPLE)
    assert phone.files.read(path) == before
    assert not phone.files.exists(f"/data/data/{SAMPLE}/files/extra")
    assert not phone.packages.has_permission(SAMPLE, "android.permission.CAMERA")


def test_uninstall_removes_the_app_but_no_system_package(phone: SimulatedPhone) -> None:
    assert phone.packages.uninstall(SAMPLE)
    assert phone.packages.get(SAMPLE) is None
    assert not phone.files.exists(f"/data/data/{SAMPLE}")
    assert not phone.packages.uninstall("com.android.systemui")


def test_unknown_package_gets_a_placeholder_screen(phone: SimulatedPhone) -> None:
    phone.packages.install("org.other.tool", version_name="2.5")
    assert phone.activities.launch_app("org.other.tool").status == "started"
    assert any(node.text == "Tool" for node in phone.accessibility().walk())


def test_disabled_package_has_no_icon_and_starts_nothing(phone: SimulatedPhone) -> None:
    phone.packages.set_enabled(SAMPLE, False)
    assert phone.packages.launcher(SAMPLE) is None
    assert phone.activities.start(Intent(component=MAIN)).status == "not_found"


def test_several_answers_open_a_chooser(phone: SimulatedPhone, hand) -> None:
    for name in ("org.one.viewer", "org.two.viewer"):
        phone.packages.install(name)
    wanted = Intent(action=intents.MAIN, categories=(intents.LAUNCHER,))
    found = phone.packages.resolve(wanted)
    assert len(found) > 2
    assert phone.activities.start(wanted).status == "choosing"
    assert hand.sees("Open with")
    phone.input.key(4)
    assert not hand.sees("Open with")


def test_reboot_keeps_data_and_drops_tasks(hand) -> None:
    phone = hand.phone
    phone.settings.put("system", "screen_brightness", 7)
    phone.reboot()
    assert phone.activities.tasks == ()
    assert phone.state.surface == "home"
    assert phone.packages.get(SAMPLE) is not None
    assert phone.settings.get("system", "screen_brightness") == "7"


def test_volume_keys_move_the_setting(phone: SimulatedPhone, hand) -> None:
    level = phone.settings.get_int("system", "volume_music")
    phone.input.key(24)
    assert phone.settings.get_int("system", "volume_music") == level + 1
    assert hand.sees("Media")
