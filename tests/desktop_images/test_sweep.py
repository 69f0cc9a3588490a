"""What farms that were killed left of their virtual machines."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from device_farm.desktop.vm.machine import sweep


def test_only_disks_of_dead_processes_are_swept(tmp_path: Path) -> None:
    ended = subprocess.Popen(["/bin/true"])
    ended.wait()
    names = (f"farm-vm-{ended.pid}-a", f"farm-vm-{os.getpid()}-b", "farm-vm-x-c", "0123.part-d", "0123")
    for name in names:
        (tmp_path / name).mkdir()
        (tmp_path / name / "disk.qcow2").write_bytes(b"x")
    sweep(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(names[1:])
