"""Config files of the miniature's story."""

from __future__ import annotations

from pathlib import Path

import pytest

from device_farm.config import load_config
from device_farm.errors import ConfigError
from gui_agent.miniature.config import QUICK, MiniatureConfig

CONFIGS = sorted((Path(__file__).parents[2] / "configs" / "miniature").glob("*.toml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_shipped_configs_parse(path: Path) -> None:
    assert load_config(MiniatureConfig, paths=[path]) != MiniatureConfig()


def test_the_quick_story_is_smaller_in_every_part() -> None:
    quick, whole = load_config(MiniatureConfig, defaults=QUICK), MiniatureConfig()
    assert (quick.seeds, quick.held_out, quick.episodes) < (whole.seeds, whole.held_out, whole.episodes)
    assert quick.rl.updates < whole.rl.updates and quick.online.updates < whole.online.updates


def test_a_bad_key_is_named() -> None:
    with pytest.raises(ConfigError, match=r"rl\.gamma"):
        load_config(MiniatureConfig, overrides=["rl.gamma=1.5"])
    with pytest.raises(ConfigError, match=r"sft\.epochs"):
        load_config(MiniatureConfig, overrides=["sft.epochs=3"])


@pytest.mark.parametrize("curriculum", ["none", "success_rate"])
def test_online_training_is_told_its_curriculum(curriculum: str) -> None:
    pytest.importorskip("torch", reason="torch is not installed")
    from gui_agent.miniature.online import online_config

    config = load_config(MiniatureConfig, overrides=[f"online.curriculum={curriculum}"])
    told = online_config(config, Path("weights"))
    assert (told.online.curriculum, told.rollout.tasks, told.trainer.updates) == (curriculum, 8, 16)
