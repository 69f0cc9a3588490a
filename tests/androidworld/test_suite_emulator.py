"""AndroidWorld's suite on the backend `emulator`, with the stand-in of the emulator in a made-up SDK."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from world_rig import EXPERT, androidworld_python, config, run

from gui_agent.config import LimitsConfig

# The rig of the emulator's own tests lies beside them.
sys.path.append(str(Path(__file__).parents[1] / "emulator"))

from rig import make_rig, need_adb, save_snapshot


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_expert_wins_on_emulators_that_have_an_adb_server_already(tmp_path: Path) -> None:
    need_adb()
    python = androidworld_python()
    rig = make_rig(tmp_path)
    backend = rig.config(devices=2)
    asyncio.run(save_snapshot(backend))
    settings = config(
        python,
        ("SystemWifiTurnOn", "ContactsAddContact"),
        policy=EXPERT,
        devices=2,
        backends=(backend,),
        androidworld={"wait_scale": 0.05},
        limits=LimitsConfig(set_up_s=300, evaluate_s=100),
    )
    _, summary, episodes = run(settings, tmp_path / "run")
    assert summary.success_json()["tasks"] == {"ContactsAddContact": 1.0, "SystemWifiTurnOn": 1.0}
    assert {episode.provenance.backend for episode in episodes.values()} == {"emulator"}
