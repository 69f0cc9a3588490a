from __future__ import annotations

import asyncio
import pickle

import pytest
from phones import seen_phone

from device_farm.backends.fake import FakeDevice
from device_farm.device import ShellResult
from device_farm.types.action import Click, SystemButton
from device_farm.types.geometry import Point
from gui_agent.benchmarks.basics import SUITE
from verifier.probes.read_only import ReadOnlyDevice, reading_line
from verifier.probes.refusal import ProbeRefused


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("ls -la /sdcard", "ls -la /sdcard"),
        ('ls  "/sd card"', "ls '/sd card'"),
        ("ls '/it'\\''s'", "ls '/it'\"'\"'s'"),
        ("cat /a\\ b;id", "cat '/a b'; id"),
        ("cat /a && cat /b || echo no;", "cat /a && cat /b || echo no"),
        ("settings list global | grep -c 'a|b'", "settings list global | grep -c 'a|b'"),
        ('printf %s "$HOME"', 'printf %s "$HOME"'),
        ("cat ~/Documents/a.txt", 'cat "$HOME"/Documents/a.txt'),
        ('ls "${HOME}/x y"', "ls \"$HOME\"'/x y'"),
        ("ls /sdcard/*.txt", "ls /sdcard/*.txt"),
        ("echo 'costs $5 `now`'", "echo 'costs $5 `now`'"),
        ("grep -n 'a$' /x", "grep -n 'a$' /x"),
        ("grep -n a$ /x", "grep -n 'a$' /x"),
        ('grep "^a$" /x', "grep '^a$' /x"),
        ("echo a#b", "echo 'a#b'"),
        ("find / -name '*.db' -type f", "find / -name '*.db' -type f"),
        ("find /sdcard -type f -exec md5sum '{}' +", "find /sdcard -type f -exec md5sum '{}' +"),
        ("content query --uri content://sms/inbox --where \"address='1'\"", None),
        ("sqlite3 -csv /d.db 'SELECT 1'", "sqlite3 -readonly -init /dev/null -csv /d.db 'SELECT 1'"),
        ("cat ~/*.txt", 'cat "$HOME"/*.txt'),
        ("test -f /x && echo yes", "test -f /x && echo yes"),
        ("test ! 3 -lt 4", "test '!' 3 -lt 4"),
        ("find ~ -type f -exec sha256sum '{}' +", "find \"$HOME\" -type f -exec sha256sum '{}' +"),
        ("find / -exec stat -c '%s %n' '{}' +", "find / -exec stat -c '%s %n' '{}' +"),
        ("grep -rn x ~/Documents", 'grep -rn x "$HOME"/Documents'),
        ("dumpsys activity top", "dumpsys activity top"),
        ("date +%s", "date +%s"),
        ("ps -A | grep settings | head -5", "ps -A | grep settings | head -5"),
        ("wm size", "wm size"),
        ("gsettings get org.gnome.desktop.interface font-name", None),
        ("tail -n +2 /a", "tail -n +2 /a"),
        ("stat -c '%s %n' /a", "stat -c '%s %n' /a"),
        ("pm list packages -3", "pm list packages -3"),
    ],
)
def test_reading_line_is_written_anew_and_means_the_same(line: str, runs: str | None) -> None:
    assert reading_line(line) == (runs if runs is not None else reading_line(line))
    # What was written anew is understood as itself.
    assert reading_line(reading_line(line)) == reading_line(line)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "no command after 'the start'"),
        ("   ", "no command after 'the start'"),
        ("rm -r /sdcard", "program 'rm'"),
        ("/system/bin/ls", "program '/system/bin/ls'"),
        ("A=1 ls", "program 'A=1'"),
        ("l\\s\n", "'\\n'"),
        ("ls > /sdcard/x", "'>'"),
        ("ls 2>&1", "'>'"),
        ("cat < /x", "'<'"),
        ("cat <<E", "'<'"),
        ("ls $(id)", "'$(id)' expands"),
        ('ls "$(id)"', "'$(id)\"' expands"),
        ("ls `id`", "'`'"),
        ('ls "`id`"', "'`'"),
        ("ls ${IFS}", "'${IFS}' expands"),
        ("ls $PATH", "expands"),
        ("ls $'a'", "expands"),
        ("ls &", "'&'"),
        ("ls & id", "'&'"),
        ("ls |& id", "'|'"),
        ("ls ;; id", "';'"),
        ("(ls)", "'('"),
        ("{ ls; }", "'{'"),
        ("ls /{a,b}", "'{'"),
        ("ls *", "a pattern without a folder"),
        ("ls -* /", "a pattern without a folder"),
        ("ls /*/x", "a pattern without a folder"),
        ("ls 'a", "has no end"),
        ('ls "a', "has no end"),
        ("ls a\\", "at the end of a line"),
        ("ls ~root", "another user's home"),
        ("ls # x", "'#'"),
        ("ls\nid", "'\\n'"),
        ("ls\rid", "'\\r'"),
        ("ls \x00", "NUL"),
        ("ls \ud800", "half a character"),
        ("x" * 5000, "5000 characters"),
        (";".join(["id"] * 40), "40 commands"),
        ("if true; then id; fi", "program 'if'"),
        ("! ls", "program '!'"),
        ("time ls", "program 'time'"),
        ("sh -c id", "program 'sh'"),
        ("toybox rm /x", "program 'toybox'"),
        ("xargs rm", "program 'xargs'"),
        ("tee /x", "program 'tee'"),
        ("awk '{system(\"id\")}' /x", "program 'awk'"),
        ("sed -i s/a/b/ /x", "program 'sed'"),
        ("env rm /x", "program 'env'"),
        ("find / -delete", "'-delete'"),
        ("find / -exec rm '{}' +", "-exec rm"),
        ("find / -exec stat -c x '{}' -o '{}' +", "-exec stat"),
        ("find / -fprintf /x y", "'-fprintf'"),
        ("find / -ok rm", "'-ok'"),
        ("find -name", "-name without its value"),
        ("sort -o /x /y", "option -o"),
        ("sort --output=/x /y", "'--output=/x'"),
        ("sort --outp=/x /y", "'--outp=/x'"),
        ("sort --compress-program=sh /y", "'--compress-program=sh'"),
        ("sort -ro /x /y", "option -o"),
        ("uniq /a /b", "2 operands"),
        ("tail -f /x", "option -f"),
        ("date -s 2020", "option -s"),
        ("date 010203042020", "operands look like"),
        ("date --set=now", "'--set=now'"),
        ("hostname evil", "1 operands"),
        ("settings put system a 1", "settings: put system a 1"),
        ("settings delete system a", "settings: delete"),
        ("settings get system a --user 0", "settings: get"),
        ("content insert --uri content://sms", "content: insert"),
        ("content query --uri file:///x", "'file:///x'"),
        ("content query --bind a:s:b", "'--bind'"),
        ("content query --uri --where", "'--where'"),
        ("dumpsys battery set level 5", "dumpsys: battery set level 5"),
        ("dumpsys deviceidle force-idle", "dumpsys: deviceidle"),
        ("dumpsys", "dumpsys: no arguments"),
        ("pm uninstall a.b", "pm: uninstall"),
        ("cmd wifi set-wifi-enabled disabled", "cmd: wifi"),
        ("wm size 100x100", "wm: size 100x100"),
        ("wm size reset", "wm: size reset"),
        ("am start -n a/b", "program 'am'"),
        ("input tap 1 1", "program 'input'"),
        ("svc wifi disable", "program 'svc'"),
        ("setprop a b", "program 'setprop'"),
        ("getprop a b c", "3 operands"),
        ("sqlite3 /d.db", "1 operands"),
        ("sqlite3 d.db 'select 1'", "'d.db'"),
        ("sqlite3 /d.db 'delete from t'", "begins with 'delete'"),
        ("sqlite3 /d.db .tables", "begins with 'tables'"),
        ("sqlite3 /d.db 'select 1; drop table t'", "more than one statement"),
        ("sqlite3 -cmd '.shell id' /d.db 'select 1'", "'-cmd'"),
        ("sqlite3 -init /x /d.db 'select 1'", "'-init'"),
        ("sqlite3 /d.db \"select load_extension('x')\"", "function 'load_extension'"),
        ("cat", "cat: no file"),
        ("cat -", "cat: no file"),
        ("grep x", "grep: no file"),
        ("id; cat", "cat: no file"),
        ("cat /dev/zero", "a device node"),
        ("cat /./dev//zero", "a device node"),
        ("cat /sdcard/../dev/zero", "a device node"),
        ("cat dev/zero", "a device node"),
        ("cat /proc/1/environ", "of a process"),
        ("cat /proc/self/root/dev/zero", "of a process"),
        ("cat /sys/power/state", "of the kernel"),
        ("grep -f/dev/zero x /y", "option -f"),
        ("grep -r x /", "the whole tree"),
        ("grep -r x //", "the whole tree"),
        ("grep -r x", "no folder"),
        ("grep -r x /dev", "the whole tree below '/dev'"),
        ("grep -r x /sdcard/..", "the whole tree below '/sdcard/..'"),
        ("diff -r /proc /sdcard", "the whole tree below '/proc'"),
        ("find /dev -type f -exec sha256sum '{}' +", "the whole tree below '/dev'"),
        ("find -type f -exec sha256sum '{}' +", "the whole tree below '/'"),
        ("find /sdcard -exec sha256sum '{}' +", "say -type f"),
        ("find -L /sdcard -type f -exec sha256sum '{}' +", "leave out -L"),
        ("cat ~/dev/zero", "a device node"),
        ("cat ~/../dev/zero", "a device node"),
        ('cat "$HOME$HOME/dev/zero"', "a device node"),
        ("cat ~/d?v/zero", "a pattern without a folder"),
        ("cat $HOME*/zero", "a pattern without a folder"),
        ("cat /sdcard/../d?v/zero", "leads out of its folder"),
        ("test -v 'a[$(id)]'", "test: -v a[$(id)]"),
        ("test 'a[$(id)]' -eq 1", "test: a[$(id)] -eq 1"),
        ("printf -v 'a[$(id)]' x", "printf: -v"),
        ("printf", "begin with the format"),
        ("printf '%999999999s' x", "widths of at most 3 digits"),
        ("printf '%-*d' 999999999 1", "widths of at most 3 digits"),
        ("date +%999999999Y", "widths of at most 3 digits"),
        ("stat -c %-99999n /x", "widths of at most 3 digits"),
        ("find /x -printf %99999p", "widths of at most 3 digits"),
        ("unzip /a.zip", "unzip: /a.zip"),
        ("unzip -p /a.zip -d", "unzip: -p /a.zip -d"),
        ("wmctrl -c x", "wmctrl: -c x"),
        ("gsettings set a b c", "gsettings: set"),
    ],
)
def test_reading_line_refuses_and_names_the_word_and_the_fix(line: str, said: str) -> None:
    with pytest.raises(ProbeRefused) as refused:
        reading_line(line)
    assert said in str(refused.value)
    assert refused.value.field and refused.value.fix


def test_refusal_travels_between_processes() -> None:
    refused = ProbeRefused("no", field="command", fix="do")
    again = pickle.loads(pickle.dumps(refused))
    assert (type(again), str(again)) == (ProbeRefused, str(refused))


def test_read_only_device_refuses_whatever_changes_and_passes_what_looks() -> None:
    async def scenario() -> None:
        device = FakeDevice("phone")
        await device.start()
        await device.push("/sdcard/a", b"1")
        looked = ReadOnlyDevice(device)
        for change in (
            looked.act(Click(at=Point(1, 1))),
            looked.act_and_observe(SystemButton(button="home")),
            looked.push("/sdcard/b", b""),
            looked.install("/sdcard/b.apk"),
            looked.snapshot_save("a"),
            looked.snapshot_load("a"),
            looked.snapshot_delete("a"),
            looked.pull("/dev/zero"),
        ):
            with pytest.raises(ProbeRefused):
                await change
        assert await looked.pull("/sdcard/a") == b"1"
        assert await looked.snapshot_list() == []
        assert (await looked.observe()).screenshot is not None
        assert looked.info == device.info
        async for seen in looked.stream(interval_s=0.01):
            assert seen.ui_tree is None
            break

    asyncio.run(scenario())


class Endless(FakeDevice):
    """A device on which a link leads to a device node, and which never comes to the end of reading it."""

    async def shell(self, command: str, *, timeout_s: float = 30.0) -> ShellResult:
        if command == "stat -L -c '%f %s' /sdcard/zero":
            return ShellResult(exit_code=0, stdout=b"21b6 0\n")
        if command == "stat -L -c '%f %s' /sdcard/film":
            return ShellResult(exit_code=0, stdout=b"81b0 67108865\n")
        return await super().shell(command, timeout_s=timeout_s)

    async def pull(self, path: str) -> bytes:
        assert path == "/sdcard/a", "nothing else may be read"
        return await super().pull(path)


def test_read_only_device_does_not_begin_to_read_what_has_no_end() -> None:
    async def scenario() -> None:
        device = Endless("phone")
        await device.start()
        await device.push("/sdcard/a", b"1")
        looked = ReadOnlyDevice(device)
        assert await looked.pull("/sdcard/a") == b"1"
        with pytest.raises(ProbeRefused, match="/sdcard/zero is no regular file"):
            await looked.pull("/sdcard/zero")
        with pytest.raises(ProbeRefused, match="/sdcard/film has 67108865 bytes"):
            await looked.pull("/sdcard/film")

    asyncio.run(scenario())


def test_every_evaluator_says_the_same_through_the_guard_and_leaves_no_trace() -> None:
    async def scenario() -> None:
        async with seen_phone() as (device, digest):
            looked = ReadOnlyDevice(device)
            for template in SUITE.select(platform="android"):
                await device.reset()
                task = template.task(SUITE.name, 3)
                task = await template.set_up(device, task) or task
                before = digest()
                guarded = await template.evaluate(looked, task, "an answer")
                assert digest() == before, template.name
                assert guarded == await template.evaluate(device, task, "an answer"), template.name

    asyncio.run(scenario())
