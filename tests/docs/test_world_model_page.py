"""The commands and the config of docs/world-model.md are what the program takes."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from device_farm.cli.main import build_parser
from device_farm.config import load_config
from gui_agent.commands.settings import config_from
from gui_agent.config import RunConfig
from gui_agent.lookahead.config import ModelLookaheadConfig
from gui_agent.training.next_screen.config import WorldModelConfig

PAGE = (Path(__file__).parents[2] / "docs" / "world-model.md").read_text("utf-8")
COMMANDS = [line[2:].strip() for line in PAGE.splitlines() if line.startswith("$ farm ")]


def config_file(folder: Path) -> Path:
    for text in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL):
        name = text.splitlines()[0].removeprefix("# ")
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "world.toml"


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_of_the_page_are_understood(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config_file(tmp_path)
    monkeypatch.chdir(tmp_path)
    _, command, *arguments = shlex.split(line)
    namespace = build_parser([command]).parse_args([command, *arguments])
    if command == "eval":
        config = config_from(namespace)
        named = getattr(config.lookahead, "type", None)
        assert named == namespace.lookahead and config.policy.type == namespace.policy


def test_config_of_the_page_is_one(tmp_path: Path) -> None:
    config = load_config(RunConfig, paths=[config_file(tmp_path)])
    assert isinstance(config.lookahead, ModelLookaheadConfig) and config.lookahead.chooser == "model"


def test_config_of_a_text_model_is_one(tmp_path: Path) -> None:
    config = load_config(WorldModelConfig, paths=[config_file(tmp_path).with_name("text.toml")])
    assert config.order == "transport" and config.learner.type == "text"
