"""What happens where programs are missing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from device_farm.desktop import packages
from device_farm.desktop.accessibility_cells import cell_name
from device_farm.desktop.acting import check
from device_farm.desktop.keysyms import keysym_of_character, keysym_of_key
from device_farm.errors import ActionError, PrerequisiteError
from device_farm.types.action import Click, Scroll, Wait
from device_farm.types.geometry import Point, Size


def test_missing_programs_are_named_with_the_one_command(tmp_path: Path) -> None:
    with pytest.raises(PrerequisiteError) as caught:
        packages.require_desktop(str(tmp_path))
    assert "xvfb" in caught.value.message and "mousepad" in caught.value.message
    assert caught.value.fix.startswith("apt-get install ")
    assert set(packages.packages()) <= set(caught.value.fix.split())


@pytest.mark.parametrize("arguments", [["desktop"], ["check", "--backend", "xvfb"]])
def test_commands_exit_with_3_where_programs_are_missing(arguments: list[str]) -> None:
    code = (
        "import sys; from device_farm.desktop import packages; packages._PROGRAMS['no-such'] = 'no-such-package';"
        f"from device_farm.cli.main import main; sys.exit(main({arguments!r}))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert ended.returncode == 3
    assert "no-such-package" in ended.stderr and "apt-get install" in ended.stderr


@pytest.mark.parametrize(
    ("place", "name"), [((0, 0), "A1"), ((2, 26), "AA3"), ((9, 25), "Z10"), ((0, 701), "ZZ1"), ((0, 702), "AAA1")]
)
def test_cells_are_named_as_the_sheet_names_them(place: tuple[int, int], name: str) -> None:
    assert cell_name(*place) == name


@pytest.mark.parametrize(
    ("character", "symbol"),
    [("a", 0x61), ("<", 0x3C), ("é", 0xE9), ("中", 0x1004E2D), ("😀", 0x101F600), ("\n", 0xFF0D)],
)
def test_characters_have_their_key_symbols(character: str, symbol: int) -> None:
    assert keysym_of_character(character) == symbol


def test_unknown_key_is_refused() -> None:
    with pytest.raises(ActionError):
        keysym_of_key("no_such_key")


@pytest.mark.parametrize(
    "action",
    [
        Click(at=Point(640, 10)),
        Click(at=Point(1, 1), count=0),
        Scroll(at=Point(1, 1), dy=999),
        Wait(duration_s=-1),
        Wait(duration_s=float("nan")),
    ],
)
def test_impossible_actions_are_refused(action: Click | Scroll | Wait) -> None:
    with pytest.raises(ActionError):
        check(action, Size(640, 480))
