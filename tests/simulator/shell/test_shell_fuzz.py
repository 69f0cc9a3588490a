"""Whatever is typed: the shell answers with a status, in bounded time, and never with an exception."""

from __future__ import annotations

import asyncio
import logging
import shlex
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.phone import SimulatedPhone
from device_farm.simulator.shell import streams
from device_farm.simulator.shell.braces import expand_braces
from device_farm.simulator.shell.errors import ShellSyntaxError
from device_farm.simulator.shell.parser import parse
from device_farm.simulator.shell.shell import Shell, ShellOutcome

# What the shell gives to one command line before it kills it, with room for a busy machine.
LIMIT_S = 20.0

PIECES = st.sampled_from(
    [
        "echo", "cat", "ls", "x=1", "$x", '"', "'", "`", "$(", ")", "${", "}", "$((", "))", "|", "||", "&&", "&", ";",
        ";;", "\n", "(", "{", "if", "then", "else", "elif", "fi", "for", "in", "do", "done", "while", "until", "case",
        "esac", "[", "]", "[[", "]]", "!", ">", ">>", "<", "<<E", "E", "2>&1", "&>", "/sdcard/f", "*", "?", "[a", "#",
        "\\", " ", " ", " ", "f()", "return", "break", "exit", "true", "false", "-n", "=", "1", "a{b,c}", "$@", "$?",
        "${x:-", "${#x}", "${x//a/b}", "${x%%*}", "test", "eval", "read y", "sort", "head", "tail", "grep a",
        "sed s/a/b/", "find /sdcard", "xargs", "local", "set -e", "shift", "printf %s", "expr 1 + ", "settings get",
        "am start",
        "pm list", "content query", "dumpsys", "input tap", "cmd", "sqlite3 /data/x.db", "select 1",
    ]
)  # fmt: skip
LINES = st.lists(PIECES, max_size=14).map(" ".join) | st.lists(PIECES, max_size=14).map("".join) | st.text(max_size=40)


def run(command: str, stdin: bytes = b"a\nb\n") -> ShellOutcome:
    return asyncio.run(Shell(SimulatedPhone.boot()).run(command, stdin))


@settings(max_examples=250, deadline=None)
@given(LINES)
def test_shell_answers_any_command_line(command: str) -> None:
    crashes: list[logging.LogRecord] = []
    handler = logging.Handler()
    handler.emit = crashes.append  # type: ignore[method-assign]
    logger = logging.getLogger("device_farm.simulator.shell.launch")
    logger.addHandler(handler)
    started_s = time.monotonic()
    try:
        outcome = run(command)
    finally:
        logger.removeHandler(handler)
    assert 0 <= outcome.exit_code <= 255
    assert not crashes, crashes[0].getMessage()
    assert time.monotonic() - started_s < LIMIT_S


@settings(max_examples=400, deadline=None)
@given(LINES)
def test_parser_gives_a_tree_or_a_syntax_error(command: str) -> None:
    try:
        tree = parse(command)
    except ShellSyntaxError as error:
        assert str(error)
    else:
        assert tree == parse(command)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.text(alphabet=st.characters(blacklist_characters="\0", blacklist_categories=("Cs",)), max_size=30),
        max_size=4,
    )
)
def test_quoted_words_arrive_as_they_are(words: list[str]) -> None:
    command = "for word in " + " ".join(map(shlex.quote, words)) + "; do printf '%s\\001' \"$word\"; done"
    expected = "".join(f"{word}\x01" for word in words)
    assert run(command).output.decode() == expected.replace("\r\n", "\n")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.characters(blacklist_characters="\0\\\r", blacklist_categories=("Cs",)), max_size=40))
def test_echo_prints_what_is_quoted(text: str) -> None:
    assert run(f"echo {shlex.quote('x' + text)}").output.decode() == f"x{text}\n"


@pytest.mark.parametrize(
    "command",
    [
        "(" * 500, "$(" * 500, "{ " * 500, "${a:-" * 500, "$((" * 500, "if " * 500, "`" * 501, '"$(' * 300,
        "a{b,c}" * 30, "echo " + "{a,b}" * 40, "{" * 20_000, "echo " + "x" * 100_000, "! " * 5000 + "true",
        "a|" * 3000 + "a", "f(){ f|f; }; f", "f(){ f& }; f", "x=$(x=$(x=$(:)))", "while :; do echo y; done > /dev/null",
        "yes", "yes | while read x; do :; done", "seq 1 1000000000000", ":(){ :|:& };:", "eval eval eval eval",
        'x=x; while :; do x="$x$x"; done', "printf '%99999d' 1", "printf '%s' {1,2}{1,2}",
        "find /sdcard -exec find /sdcard ';'",
        "sh -c 'sh -c \"sh -c :\"'", "cat /dev/zero", "head -c 10 /dev/urandom", "sleep 99999999",
        "watch true | head -5", "[[ a && ( b || ! c ) ]]", "[[ (", "case x in", "for", "echo ${x//*/y}",
        "x=aaa; echo ${x//a*a*a*b/}",
    ],
)  # fmt: skip
def test_shell_bounds_what_a_command_line_can_use(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # The limits themselves are far away; a tenth of them shows the same.
    monkeypatch.setattr(streams, "STEPS", streams.STEPS // 10)
    monkeypatch.setattr(streams, "OUTPUT_BYTES", streams.OUTPUT_BYTES // 10)
    started_s = time.monotonic()
    outcome = run(command)
    assert 0 <= outcome.exit_code <= 255
    assert len(outcome.output) < 300 * 1024 * 1024
    assert time.monotonic() - started_s < 2 * LIMIT_S


def test_braces_that_would_explode_stay_as_they_are() -> None:
    word = parse("echo " + "{a,b}" * 40).items[0].first.stages[0].words[1]  # type: ignore[union-attr]
    assert expand_braces(word) == [word]
