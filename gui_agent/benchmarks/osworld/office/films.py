"""The player: a film opened, a still of one that plays, films on the full screen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gui_agent.benchmarks.osworld.office.model import DOCUMENTS, OfficeTask, command_output

DOMAIN: Final = "vlc"
GARDEN: Final = f"{DOCUMENTS}/garden.y4m"
KITCHEN: Final = f"{DOCUMENTS}/kitchen.y4m"
_STILLS: Final = "/home/user/Pictures"
_SETTINGS: Final = "/home/user/.config/vlc/vlcrc"
_WIDTH, _HEIGHT = 96, 64
_FRAMES, _RATE = 120, 2


def film(*, darkest: int) -> bytes:
    """A minute of raw film (YUV4MPEG2, 4:2:0) that grows lighter from `darkest`; no codec makes or plays it."""
    head = f"YUV4MPEG2 W{_WIDTH} H{_HEIGHT} F{_RATE}:1 Ip A1:1 C420jpeg\n".encode()
    grey = bytes([128]) * (_WIDTH * _HEIGHT // 2)
    frames = (b"FRAME\n" + bytes([darkest + frame]) * (_WIDTH * _HEIGHT) + grey for frame in range(_FRAMES))
    return head + b"".join(frames)


def _task(
    name: str,
    instruction: str,
    include: list[str],
    exclude: list[str],
    *command: str,
    brings: Mapping[str, bytes],
    plays: str = "",
) -> OfficeTask:
    """Judged by what `command` prints."""
    evaluator: dict[str, Any] = {
        "func": "check_include_exclude",
        "result": command_output(*command),
        "expected": {"type": "rule", "rules": {"include": include, "exclude": exclude}},
    }
    return OfficeTask(
        id=f"farm-player-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=(DOMAIN,),
        brings=brings,
        # A film that is played again and again still plays when the verdict is asked.
        launches=("vlc", "--loop", *([plays] if plays else [])),
        evaluator=evaluator,
    )


def tasks() -> list[OfficeTask]:
    garden, kitchen = film(darkest=40), film(darkest=100)
    return [
        _task(
            "open",
            f"Play the film {GARDEN} in the open player.",
            ["garden.y4m - VLC"],
            ["kitchen.y4m"],
            *("wmctrl", "-l"),
            brings={GARDEN: garden, KITCHEN: kitchen},
        ),
        _task(
            "still",
            "Take a snapshot of the film that plays; the player keeps it in the folder Pictures.",
            ["vlcsnap"],
            [],
            *("ls", "-1", _STILLS),
            brings={KITCHEN: kitchen},
            plays=KITCHEN,
        ),
        _task(
            "full-screen",
            "Set the player to show every film on the full screen from now on, and save that.",
            ["\nfullscreen=1\n"],
            [],
            *("cat", _SETTINGS),
            brings={},
        ),
    ]
