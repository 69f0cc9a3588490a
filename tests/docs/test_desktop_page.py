"""The guide to desktops names what there is."""

from __future__ import annotations

import re
from pathlib import Path

from device_farm.backends.docker_config import DockerConfig
from device_farm.backends.qemu_config import QemuConfig

PAGE = (Path(__file__).parents[2] / "docs/desktop.md").read_text("utf-8")
SCRIPT = (Path(__file__).parents[2] / "emulator_images/desktop/build.py").read_text("utf-8")


def test_guide_has_every_key_with_its_default() -> None:
    named: dict[str, dict[str, str]] = {"docker": {}, "qemu": {}}
    for line in PAGE.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        owner, _, keys = cells[0].partition(": ")
        if owner in named or cells[0].startswith("`devices`"):
            names = re.findall(r"`(\w+)`", keys or cells[0])
            defaults = [part.strip(" `") for part in cells[1].split(", ")]
            for backend in named if owner not in named else (owner,):
                named[backend] |= dict(zip(names, defaults, strict=False))
    for backend, model in (("docker", DockerConfig), ("qemu", QemuConfig)):
        fields = set(model.model_fields) - {"type", "program"}
        assert fields == set(named[backend])
        for key in fields:
            default = model.model_fields[key].default
            if isinstance(default, int | float):
                assert named[backend][key] == f"{default:g}", key


def test_guide_uses_options_that_the_build_has() -> None:
    for option in set(re.findall(r"`(--[a-z-]+)", PAGE)) | set(re.findall(r"build\.py((?: --[a-z]+)+)", PAGE)):
        for word in option.split():
            assert f'"{word}"' in SCRIPT, word
