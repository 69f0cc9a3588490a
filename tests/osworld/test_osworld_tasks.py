"""Task files, what is left out of a run, the mirror of assets, fetching."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
import uuid
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from device_farm.errors import ConfigError, DataError
from gui_agent.benchmarks.osworld.fetch import fetch
from gui_agent.benchmarks.osworld.left_out import Offer, reason_left_out
from gui_agent.benchmarks.osworld.mirror import Mirror, assets_of
from gui_agent.benchmarks.osworld.office.write import office_tasks, write_office
from gui_agent.benchmarks.osworld.taskfile import TaskFile, named, read_tasks

EVALUATOR = {"func": "exact_match", "result": {"type": "vm_file", "path": "/x", "dest": "x"}}


def document(**more: Any) -> dict[str, Any]:
    return {"id": "t-1", "instruction": "Do it.", "config": [], "evaluator": EVALUATOR, **more}


def task(**more: Any) -> TaskFile:
    return TaskFile(name="t-1", domain="os", document=document(**more))


def put(folder: Path, domain: str, name: str, content: Any) -> None:
    path = folder / "examples" / domain / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content))


def test_tasks_are_read_from_examples_by_domain(tmp_path: Path) -> None:
    put(tmp_path, "os", "b", document(id="b"))
    put(tmp_path, "chrome", "a", document(id="a"))
    put(tmp_path, "os", "a", document(id="a"))
    (tmp_path / "test_all.json").write_text("{}")
    files = read_tasks(tmp_path)
    assert [(file.name, file.domain) for file in files] == [("chrome/a", "chrome"), ("os/a", "os"), ("b", "os")]
    assert [file.name for file in named(files, "os")] == ["os/a", "b"]
    assert [file.name for file in named(files, "a")] == ["chrome/a", "os/a"]
    assert named(files, "zzz") == []
    assert len(read_tasks(tmp_path / "examples")) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "is no object"),
        ({"instruction": "x"}, "has no usable id"),
        (document(id="../x"), "has no usable id"),
        (document(instruction=" "), "has no instruction"),
        (document(config={}), "config that is no list"),
        (document(config=[{"parameters": {}}]), r"no type in config\[0\]"),
        (document(config=[{"type": "sleep"}]), r"no parameters in config\[0\]"),
        (document(evaluator=None), "has no evaluator"),
        (document(evaluator={"func": []}), "no evaluator.func"),
        (document(evaluator={"func": "a", "result": {"x": 1}}), "no type in evaluator.result"),
        (document(evaluator={"func": ["a", "b"], "result": [{"type": "rule"}]}), "2 evaluator.func, but 1"),
        (document(evaluator={"func": "a", "postconfig": [1]}), "evaluator.postconfig"),
    ],
)
def test_malformed_task_is_refused_with_its_file(tmp_path: Path, content: Any, said: str) -> None:
    put(tmp_path, "os", "bad", content)
    with pytest.raises(ConfigError, match=said) as caught:
        read_tasks(tmp_path)
    assert "bad.json" in str(caught.value)


def test_folder_without_tasks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--tasks-dir"):
        read_tasks(tmp_path)
    with pytest.raises(ConfigError, match="no folder"):
        read_tasks(tmp_path / "none")


def _launch(*command: str) -> dict[str, Any]:
    return {"type": "launch", "parameters": {"command": list(command)}}


def _execute(command: Any) -> dict[str, Any]:
    return {"type": "execute", "parameters": {"command": command}}


def _judged(getter: Mapping[str, Any]) -> dict[str, Any]:
    return {"func": "exact_match", "result": dict(getter)}


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, None),
        ({"config": [_execute(["ls"]), {"type": "sleep", "parameters": {"seconds": 1}}]}, None),
        ({"config": [{"type": "googledrive", "parameters": {}}]}, "Google account"),
        ({"config": [{"type": "login", "parameters": {}}]}, "Google account"),
        ({"evaluator": _judged({"type": "googledrive_file"})}, "Google account"),
        ({"proxy": True}, "proxy"),
        ({"instruction": "Download https://example.org/a.png"}, "live web: https://example.org/a.png"),
        (
            {"config": [{"type": "chrome_open_tabs", "parameters": {"urls_to_open": ["https://a.org"]}}]},
            "live web: https://a.org",
        ),
        (
            {"config": [{"type": "chrome_open_tabs", "parameters": {"urls_to_open": ["http://localhost:80/"]}}]},
            None,
        ),
        ({"evaluator": _judged({"type": "active_tab_info"})}, None),
        ({"evaluator": _judged({"type": "vlc_playing_info"})}, None),
        ({"config": [_launch("socat", "tcp-listen:9222,fork", "tcp:localhost:1337")]}, None),
        ({"config": [_launch("google-chrome-stable")], "related_apps": ["chrome", "os"]}, None),
        ({"evaluator": _judged({"type": "default_video_player"})}, "program xdg-mime"),
        ({"related_apps": ["vs_code"]}, "program code"),
        ({"config": [_launch("nautilus")]}, "program nautilus"),
        ({"config": [_launch("google-chrome", "--x")]}, None),
        ({"config": [_execute("echo password | sudo -S true")]}, "root"),
        ({"config": [_execute("apt install foo")]}, "root"),
        ({"config": [_execute(["pip", "install", "x"])]}, "packages from the network"),
        ({"config": [_execute("gsettings set org.gnome.shell favorite-apps []")]}, "GNOME"),
        ({"config": [_execute("gsettings set org.gnome.desktop.a b c; gsettings reset x y")]}, "GNOME"),
        ({"config": [_execute(["dconf", "read", "/a"])]}, "GNOME"),
        (
            {
                "evaluator": _judged(
                    {"type": "vm_command_line", "command": "gsettings get org.gnome.desktop.interface a"}
                )
            },
            None,
        ),
        ({"evaluator": _judged({"type": "vm_command_line", "command": "pactl list sinks"})}, "program pactl"),
        ({"evaluator": _judged({"type": "vm_command_line", "command": "timedatectl"})}, "system's services"),
        (
            {"config": [{"type": "download", "parameters": {"files": [{"url": "https://h/a", "path": "/a"}]}}]},
            "needs 1 file, and no folder of assets was named: https://h/a",
        ),
    ],
)
def test_task_is_left_out_for_what_it_needs(more: dict[str, Any], reason: str | None) -> None:
    there = {"chromium", "libreoffice", "gimp", "vlc", "gsettings"}
    found = reason_left_out(task(**more), Offer(mirror=Mirror(None), has_program=lambda name: name in there))
    assert found is None if reason is None else found is not None and reason in found


URL = "https://h.example/a%20b.xlsx"
CACHED = f"{uuid.uuid5(uuid.NAMESPACE_URL, URL)}_budget.xlsx"


def _with_assets() -> TaskFile:
    return task(
        config=[{"type": "download", "parameters": {"files": [{"url": URL, "path": "/home/user/budget.xlsx"}]}}],
        evaluator={
            "func": "compare_table",
            "result": {"type": "vm_file", "path": "/x", "dest": "x"},
            "expected": {"type": "cloud_file", "path": [URL, "https://h/g"], "dest": ["e.xlsx", "g.xlsx"]},
        },
    )


def test_assets_lie_where_osworld_caches_them() -> None:
    assert [(asset.path, asset.url) for asset in assets_of(_with_assets())] == [
        (f"t-1/{CACHED}", URL),
        ("t-1/e.xlsx", URL),
        ("t-1/g.xlsx", "https://h/g"),
    ]


def test_asset_that_leads_out_of_the_cache_is_refused() -> None:
    hostile = task(evaluator=_judged({"type": "cloud_file", "path": "https://h/g", "dest": "../../g"}))
    with pytest.raises(ConfigError, match="names the file"):
        assets_of(hostile)


def test_mirror_seeds_a_cache_and_refuses_a_changed_file(tmp_path: Path) -> None:
    folder, cache = tmp_path / "assets", tmp_path / "cache"
    (folder / "t-1").mkdir(parents=True)
    for name in (CACHED, "e.xlsx"):
        (folder / "t-1" / name).write_bytes(b"content")
    assert [asset.path for asset in Mirror(folder).missing(_with_assets())] == ["t-1/g.xlsx"]
    with pytest.raises(DataError, match=r"g\.xlsx is not there"):
        Mirror(folder).seed(_with_assets(), cache)
    (folder / "t-1" / "g.xlsx").write_bytes(b"gold")
    digests = {"t-1/g.xlsx": {"url": "https://h/g", "sha256": hashlib.sha256(b"gold").hexdigest()}}
    (folder / "digests.json").write_text(json.dumps(digests))
    Mirror(folder).seed(_with_assets(), cache)
    assert (cache / "t-1" / CACHED).read_bytes() == b"content"
    (folder / "t-1" / "g.xlsx").write_bytes(b"something else")
    with pytest.raises(DataError, match="is not the file of digests"):
        Mirror(folder).seed(_with_assets(), cache)
    (folder / "digests.json").write_text("[1]")
    with pytest.raises(ConfigError, match="no list of digests"):
        Mirror(folder)
    with pytest.raises(ConfigError, match="no folder"):
        Mirror(tmp_path / "none")


class _Hub(BaseHTTPRequestHandler):
    """Gives every path its own name as content; `/gone` is not there, `/short` ends too early."""

    def do_GET(self) -> None:
        if self.path == "/gone":
            self.send_error(404)
            return
        body = self.path.encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body) + (self.path == "/short")))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def _downloads(*urls: str) -> TaskFile:
    files = [{"url": url, "path": f"/home/user/{url.rpartition('/')[2]}"} for url in urls]
    return task(config=[{"type": "download", "parameters": {"files": files}}])


def test_fetch_brings_each_file_once_with_its_digest(tmp_path: Path, hub: str) -> None:
    wanted = _downloads(f"{hub}/a.txt", f"{hub}/b.txt")
    done = asyncio.run(fetch([wanted], tmp_path, lambda line: None))
    assert (done.fetched, done.already, done.size_bytes, done.failed) == (2, 0, 12, {})
    listed = json.loads((tmp_path / "digests.json").read_text())
    [entry] = [entry for entry in listed.values() if entry["url"].endswith("/a.txt")]
    assert entry["sha256"] == hashlib.sha256(b"/a.txt").hexdigest()
    assert Mirror(tmp_path).missing(wanted) == []
    again = asyncio.run(fetch([wanted], tmp_path, lambda line: None))
    assert (again.fetched, again.already, again.changed) == (0, 2, [])
    [path] = [path for path in listed if path.endswith("a.txt")]
    (tmp_path / path).write_text("tampered")
    assert asyncio.run(fetch([wanted], tmp_path, lambda line: None)).changed == [path]


def test_fetch_names_what_it_could_not_bring_and_leaves_no_part(tmp_path: Path, hub: str) -> None:
    wanted = _downloads(f"{hub}/gone", f"{hub}/short", "ftp://h/x", f"{hub}/good")
    done = asyncio.run(fetch([wanted], tmp_path, lambda line: None))
    assert done.fetched == 1
    assert sorted(reason.partition(": ")[2][:22] for reason in done.failed.values()) == [
        "HTTP Error 404: Not Fo",
        "it ended after 6 of 7 ",
        "no address of the web",
    ]
    assert not list(tmp_path.glob("**/*.part"))


def test_office_tasks_are_whole_and_the_same_each_time(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_office(tmp_path / name)
    first = {path.relative_to(tmp_path / "one"): path for path in (tmp_path / "one").rglob("*") if path.is_file()}
    for relative, path in first.items():
        assert (tmp_path / "two" / relative).read_bytes() == path.read_bytes(), relative
    files = read_tasks(tmp_path / "one" / "tasks")
    assert len(files) == len(office_tasks()) == len({file.id for file in files})
    offer = Offer(mirror=Mirror(tmp_path / "one" / "assets"), has_program=lambda name: True)
    assert [reason_left_out(file, offer) for file in files] == [None] * len(files)


def test_every_office_task_has_an_expert(tmp_path: Path) -> None:
    from gui_agent.benchmarks.osworld.experts import find_expert

    write_office(tmp_path)
    assert [file.id for file in read_tasks(tmp_path / "tasks") if find_expert(file) is None] == []
