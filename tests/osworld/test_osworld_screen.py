"""OSWorld's tasks are for screens of 1920×1080: desktops are of that size where none was said."""

from __future__ import annotations

import argparse

import pytest

from device_farm.backends.config import DesktopConfig
from gui_agent.commands import eval as eval_command
from gui_agent.commands.settings import config_from
from gui_agent.composition import chosen_backends


def sizes(*flags: str) -> list[tuple[int, int]]:
    parser = argparse.ArgumentParser()
    eval_command.COMMAND.configure(parser)
    config = config_from(parser.parse_args(["--policy", "noop", *flags]))
    chosen = chosen_backends(config, ["desktop"])
    return [(backend.width, backend.height) for backend in chosen if isinstance(backend, DesktopConfig)]


@pytest.mark.parametrize(
    ("backend", "size"),
    [
        ((), (1920, 1080)),
        (("--backend", "xvfb"), (1920, 1080)),
        (("--backend", "xvfb=2"), (1920, 1080)),
        (("--backend", "xvfb=2,width=1000,height=700"), (1000, 700)),
    ],
)
def test_desktops_of_osworld_have_its_size_unless_another_is_said(
    backend: tuple[str, ...], size: tuple[int, int]
) -> None:
    assert sizes("--suite", "osworld", *backend) == [size]


def test_desktops_of_other_suites_have_their_own_size() -> None:
    assert sizes("--suite", "basics", "--platform", "desktop", "--backend", "xvfb=2") == [(1280, 800)]
