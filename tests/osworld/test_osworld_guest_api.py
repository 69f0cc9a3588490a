"""The guest API: what OSWorld's controllers ask and get, over a desktop that runs a real shell."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fake_desktop import PNG, FakeDesktop

from device_farm.desktop.osworld import menu
from device_farm.desktop.osworld.accessibility_xml import NAMESPACES, to_xml
from device_farm.desktop.osworld.api import ROUTES, GuestApi
from device_farm.desktop.osworld.server import GuestServer
from device_farm.errors import ConfigError
from device_farm.simulator.uiautomator.http import Request, Response
from device_farm.types.action import Click, PressKey, TypeText
from device_farm.types.geometry import Point, Rect
from device_farm.types.ui_tree import UiNode, UiTree

HEAD = "import pyautogui; import time; pyautogui.FAILSAFE = False; "


class Caller:
    """Sends requests straight to the API."""

    def __init__(self, folder: Path) -> None:
        self.desktop = FakeDesktop(folder)
        self.api = GuestApi(self.desktop, reset=self.desktop.reset)

    def ask(self, method: str, path: str, body: bytes = b"", kind: str = "application/json") -> Response:
        request = Request(method=method, path=path, headers={"content-type": kind}, body=body)
        return asyncio.run(self.api.handle(request))

    def post(self, path: str, /, **values: Any) -> Response:
        return self.ask("POST", path, json.dumps(values).encode())

    def told(self, path: str, /, **values: Any) -> dict[str, Any]:
        said: dict[str, Any] = json.loads(self.post(path, **values).body)
        return said


@pytest.fixture
def caller(tmp_path: Path) -> Iterator[Caller]:
    yield Caller(tmp_path)


@pytest.mark.parametrize("route", ["/execute", "/setup/execute"])
def test_command_with_a_bad_exit_is_still_a_success(caller: Caller, route: str) -> None:
    assert caller.told(route, command="echo out; echo err >&2; exit 3", shell=True) == {
        "status": "success",
        "output": "out\n",
        "error": "err\n",
        "returncode": 3,
    }
    assert caller.api.troubles == []


@pytest.mark.parametrize(
    ("command", "shell", "output"),
    [
        (["echo", "a b", "$HOME"], False, "a b $HOME\n"),
        ("echo 'a b' c", False, "a b c\n"),
        (["echo $0", "zero"], True, "zero\n"),
        (["python", "-c", "print(6 * 7)"], False, "42\n"),
        (["python", "-c", HEAD + "import platform; print(platform.system())"], False, "Linux\n"),
        ("python3 -c 'print(1)'", True, "1\n"),
    ],
)
def test_command_means_what_subprocess_makes_of_it(caller: Caller, command: Any, shell: bool, output: str) -> None:
    assert caller.told("/execute", command=command, shell=shell)["output"] == output


def test_tilde_of_an_argument_is_the_home_folder(caller: Caller) -> None:
    said = caller.told("/execute", command=["echo", "~/x"], shell=False)
    assert said["output"] == f"{caller.desktop.home}/x\n"


def test_absent_program_is_an_error_that_is_remembered(caller: Caller) -> None:
    answer = caller.post("/execute", command=["no-such-program"], shell=False)
    assert answer.status == 500
    assert [trouble.route for trouble in caller.api.troubles] == ["POST /execute"]
    assert not caller.api.troubles[0].infrastructure


def test_pyautogui_is_carried_out_by_the_device_and_runs_nowhere(caller: Caller) -> None:
    source = HEAD + "pyautogui.click(30, 40); pyautogui.write('a<b>'); pyautogui.hotkey('ctrl', 's')"
    said = caller.told("/execute", command=["python", "-c", source], shell=False)
    assert (said["returncode"], said["error"]) == (0, "")
    assert caller.desktop.acted == [
        Click(at=Point(30, 40)),
        TypeText(text="a<b>"),
        PressKey(key="s", modifiers=("ctrl",)),
    ]
    pointer = json.loads(caller.ask("GET", "/cursor_position").body)
    assert pointer == {"x": 30, "y": 40}


def test_pyautogui_beside_other_code_is_refused_before_anything_is_done(caller: Caller) -> None:
    source = HEAD + "pyautogui.click(1, 2); import os; os.remove('x')"
    said = caller.told("/execute", command=["python", "-c", source])
    assert said["returncode"] == 1
    assert "import of os" in said["error"]
    assert caller.desktop.acted == []
    assert len(caller.api.desk.refused) == 1


def test_action_that_the_device_refuses_is_told(caller: Caller) -> None:
    said = caller.told("/run_python", code="import pyautogui\npyautogui.click(1, 2, clicks=5)")
    assert said["status"] == "error"
    assert "too many clicks" in said["error"]


def test_scripts_tell_their_code_and_their_limit(caller: Caller) -> None:
    assert caller.told("/run_python", code="print(1); raise SystemExit(4)")["returncode"] == 4
    assert caller.told("/run_python_script", code="print(2)")["output"] == "2\n"
    said = caller.told("/run_bash_script", script="pwd; x=(1 2); echo ${x[1]}", working_dir="/tmp")
    assert (said["status"], said["output"]) == ("success", "/tmp\n2\n")
    late = caller.told("/run_bash_script", script="sleep 5", timeout=0.2)
    assert (late["status"], late["returncode"]) == ("error", -1)


def test_file_goes_in_and_comes_back_byte_for_byte(caller: Caller) -> None:
    content = bytes(range(256)) * 3 + b"\r\n--x\r\n"
    head = b'--B\r\nContent-Disposition: form-data; name="file_path"\r\n\r\n~/a/b.bin\r\n'
    file = b'--B\r\nContent-Disposition: form-data; name="file_data"; filename="b.bin"\r\n\r\n' + content + b"\r\n"
    answer = caller.ask("POST", "/setup/upload", head + file + b"--B--\r\n", "multipart/form-data; boundary=B")
    assert (answer.status, answer.body) == (200, b"File Uploaded")
    form = "application/x-www-form-urlencoded"
    assert caller.ask("POST", "/file", b"file_path=%24HOME%2Fa%2Fb.bin", form).body == content
    assert caller.ask("POST", "/file", b"file_path=~%2Fnone", form).status == 404


def test_directory_is_listed_with_what_is_below(caller: Caller) -> None:
    folder = caller.desktop.home / "d"
    (folder / "e").mkdir(parents=True)
    (folder / "e" / 'f"\n.txt').write_text("x")
    assert caller.told("/list_directory", path="~/d")["directory_tree"] == {
        "type": "directory",
        "name": "d",
        "children": [
            {"type": "directory", "name": "e", "children": [{"type": "file", "name": 'f"\n.txt'}]},
        ],
    }
    assert caller.post("/list_directory", path="~/none").status == 404


def test_terminal_is_null_where_there_is_none(caller: Caller) -> None:
    assert json.loads(caller.ask("GET", "/terminal").body) == {"output": None, "status": "success"}
    caller.desktop.show("terminal", value="user@desktop:~$ \n\n")
    assert json.loads(caller.ask("GET", "/terminal").body)["output"] == "user@desktop:~$"


def test_plain_questions_are_answered(caller: Caller) -> None:
    assert caller.ask("GET", "/screenshot").body == PNG
    assert caller.ask("GET", "/platform").body == b"Linux"
    assert caller.told("/screen_size") == {"width": 1920, "height": 1080}
    assert caller.told("/desktop_path") == {"desktop_path": f"{caller.desktop.home}/Desktop"}
    assert caller.post("/set_screen_resolution", width=1920, height=1080).status == 200
    assert caller.post("/set_screen_resolution", width=800, height=600).status == 501
    assert caller.post("/setup/download_file", url="http://x", path="/x").status == 501


_WINDOWS = """\
case "$1" in
-lxG) cat "$HOME/windows" ;;
*) echo "$@" >> "$HOME/asked" ;;
esac"""


def _windows(caller: Caller, *lines: str) -> None:
    caller.desktop.program("wmctrl", _WINDOWS)
    (caller.desktop.home / "windows").write_text("".join(f"{line}\n" for line in lines))


def test_windows_are_found_by_title_and_by_class(caller: Caller) -> None:
    _windows(
        caller,
        "0x01  0 0 0 640 200 N/A                  N/A LibreOffice",
        "0x02  0 5 42 800 600 mousepad.Mousepad    desktop note.txt - Mousepad",
    )
    assert caller.post("/setup/activate_window", window_name="NOTE.TXT").status == 200
    assert caller.post("/setup/close_window", window_name="mousepad.Mousepad", by_class=True, strict=True).status == 200
    assert (caller.desktop.home / "asked").read_text() == "-ia 0x02\n-ic 0x02\n"
    assert caller.told("/window_size", app_class_name="mousepad") == {"width": 800, "height": 600}
    assert caller.post("/setup/close_window", window_name="LibreOffice").status == 404
    assert caller.post("/window_size", app_class_name="gimp").status == 404


def test_opening_a_file_waits_for_its_window(caller: Caller) -> None:
    _windows(caller, "0x01  0 0 0 10 10 xfdesktop.Xfdesktop desktop Desktop")
    opened = "0x05  0 0 0 10 10 mousepad.Mousepad desktop n.txt - Mousepad"
    caller.desktop.program("mousepad", f'sleep 0.3; echo "{opened}" >> "$HOME/windows"')
    (caller.desktop.home / "n.txt").write_text("x")
    assert caller.post("/setup/open_file", path="~/n.txt").status == 200
    assert caller.post("/setup/open_file", path="~/none.txt").status == 404


def test_menu_has_the_programs_of_osworlds_image_that_are_there(caller: Caller) -> None:
    caller.desktop.program("thunderbird", "exit 0")
    assert caller.post("/execute", command=["true"]).status == 200
    folder = caller.desktop.home / menu.FOLDER
    entry = (folder / "thunderbird.desktop").read_text()
    assert "Name=Thunderbird Mail\nExec=thunderbird %U\n" in entry
    path = f"{caller.desktop.bin}:{os.environ['PATH']}"
    there = {entry.id for entry in menu.ENTRIES if shutil.which(entry.program, path=path)}
    assert {found.name for found in folder.iterdir()} == there


def test_browser_of_the_menu_is_the_one_of_the_set_ups() -> None:
    [browser] = [entry for entry in menu.ENTRIES if entry.program == "chromium"]
    lines = browser.text("/run/user/1000/osworld").splitlines()
    assert "Exec=/run/user/1000/osworld/google-chrome %U" in lines
    assert any(line.startswith("MimeType=text/html;") for line in lines)


def test_launched_program_outlives_the_request(caller: Caller) -> None:
    answer = caller.post("/setup/launch", command=["/bin/sh", "-c", "sleep 0.2; echo done > $HOME/mark"])
    assert answer.status == 200
    assert caller.told("/execute", command="sleep 0.6; cat ~/mark", shell=True)["output"] == "done\n"
    assert caller.post("/setup/launch", command=["no-such-program"]).status == 500


def test_verification_waits_for_its_command(caller: Caller) -> None:
    wanted = {"command_success": "test -e $HOME/there"}
    (caller.desktop.home / "there").write_text("")
    done = caller.post("/setup/execute_with_verification", command=["true"], verification=wanted)
    assert done.status == 200
    (caller.desktop.home / "there").unlink()
    late = caller.post(
        "/execute_with_verification", command=["true"], verification=wanted, max_wait_time=0.2, check_interval=0.1
    )
    assert late.status == 500


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/execute", b"{not json", "application/json"),
        ("/execute", b"[1]", "application/json"),
        ("/execute", b'{"command": []}', "application/json"),
        ("/execute", b'{"command": [1]}', "application/json"),
        ("/execute", b'{"command": ""}', "application/json"),
        ("/execute", b'{"command": "a \'b"}', "application/json"),
        ("/file", b"", "application/x-www-form-urlencoded"),
        ("/file", b"file_path=a%00b", "application/x-www-form-urlencoded"),
        ("/setup/upload", b"--B\r\nno end", "multipart/form-data; boundary=B"),
        ("/setup/upload", b"", "multipart/form-data"),
        ("/setup/upload", b'{"file_path": "a"}', "application/json"),
        ("/run_bash_script", b'{"script": "true", "timeout": -1}', "application/json"),
        ("/setup/activate_window", b"{}", "application/json"),
        ("/end_recording", b"", "application/json"),
    ],
)
def test_bad_request_is_answered_with_400(caller: Caller, path: str, body: bytes, kind: str) -> None:
    answer = caller.ask("POST", path, body, kind)
    assert answer.status == 400
    assert json.loads(answer.body)["message"]


def test_unknown_route_and_wrong_method_say_so(caller: Caller) -> None:
    assert caller.ask("GET", "/nothing").status == 404
    assert b"takes POST" in caller.ask("GET", "/execute").body
    assert caller.ask("POST", "/screenshot/").status == 405


def test_dead_desktop_is_an_infrastructure_trouble(caller: Caller) -> None:
    caller.desktop.gone = True
    assert caller.ask("GET", "/screenshot").status == 503
    assert [trouble.infrastructure for trouble in caller.api.troubles] == [True]


def test_reset_is_for_those_who_own_the_desktop(caller: Caller) -> None:
    caller.told("/execute", command=["python", "-c", HEAD + "pyautogui.moveTo(1, 2)"])
    assert caller.post("/farm/reset").status == 200
    assert (caller.desktop.resets, caller.api.desk.hand.pointer) == (1, Point(960, 540))
    request = Request(method="POST", path="/farm/reset", headers={}, body=b"")
    assert asyncio.run(GuestApi(caller.desktop).handle(request)).status == 501


def test_every_route_of_both_generations_is_there() -> None:
    paths = {path for _, path in ROUTES}
    assert {"/run_python", "/run_python_script", "/execute", "/setup/execute", "/setup/open_file"} <= paths
    assert len(ROUTES) == 29


def test_accessibility_xml_has_namespaces_states_and_places() -> None:
    cell = UiNode(
        role="table cell",
        bounds=Rect(10, 20, 110, 70),
        text="A1",
        value="a\x00<b>",
        description="d",
        states=frozenset({"visible", "enabled", "checked"}),
    )
    hidden = UiNode(role="push button", bounds=Rect(0, 0, 0, 0), text="x", states=frozenset())
    frame = UiNode(role="frame", bounds=Rect(0, 0, 9, 9), text="W", app="soffice", children=(cell, hidden))
    root = ET.fromstring(to_xml(UiTree(roots=(frame,))))
    assert root.tag == "desktop-frame"
    [application] = root
    assert (application.tag, application.get("name")) == ("application", "soffice")
    [window] = application
    found, other = window
    assert (found.tag, found.get("name"), found.text) == ("table-cell", "A1", "a<b>")
    st, cp = NAMESPACES["st"], NAMESPACES["cp"]
    assert (found.get(f"{{{cp}}}screencoord"), found.get(f"{{{cp}}}size")) == ("(10, 20)", "(100, 50)")
    assert [found.get(f"{{{st}}}{name}") for name in ("showing", "sensitive", "checked", "focused")] == [
        *("true", "true", "true"),
        None,
    ]
    assert other.get(f"{{{cp}}}screencoord") is None


def test_accessibility_xml_is_cut_at_depth_and_width() -> None:
    node = UiNode(role="panel", bounds=Rect(0, 0, 1, 1))
    for _ in range(80):
        node = UiNode(role="panel", bounds=Rect(0, 0, 1, 1), children=(node,))
    deep = ET.fromstring(to_xml(UiTree(roots=(node,))))
    assert len(list(deep.iter("panel"))) == 49
    many = tuple(UiNode(role="label", bounds=Rect(0, 0, 1, 1)) for _ in range(2000))
    wide = ET.fromstring(to_xml(UiTree(roots=(UiNode(role="frame", bounds=Rect(0, 0, 1, 1), children=many),))))
    assert len(list(wide.iter("label"))) == 1024


def test_server_speaks_http_and_refuses_a_taken_port(tmp_path: Path) -> None:
    async def scene() -> bytes:
        async with GuestServer(GuestApi(FakeDesktop(tmp_path))) as server:
            with pytest.raises(ConfigError, match="--port"):
                async with GuestServer(GuestApi(FakeDesktop(tmp_path / "other")), port=server.port):
                    pass
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"GET /platform HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            answer = await reader.read()
            writer.close()
            return answer

    assert asyncio.run(scene()).endswith(b"\r\n\r\nLinux")
