"""The commands of docs/live-view.md are what the program takes."""

from __future__ import annotations

import argparse
import re
import shlex
from pathlib import Path

from gui_agent.commands.watch import COMMAND

PAGE = Path(__file__).resolve().parents[2] / "docs/live-view.md"


def test_commands_of_the_page_are_understood() -> None:
    lines = re.findall(r"^\$ farm watch (.*?)(?:\s+#.*)?$", PAGE.read_text("utf-8"), re.MULTILINE)
    parser = argparse.ArgumentParser()
    COMMAND.configure(parser)
    devices = [parser.parse_args(shlex.split(line)).device for line in lines]
    assert devices == ["simulator", None, "xvfb-0", None, "simulator", "xvfb"]


def test_picture_of_the_page_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*\]\(([^)]+)\)", PAGE.read_text("utf-8"))
    assert pictures and all((PAGE.parent / name).is_file() for name in pictures)
