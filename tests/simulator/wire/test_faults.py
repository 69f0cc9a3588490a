"""Faults as values and as words."""

from __future__ import annotations

import pytest

from device_farm.errors import ConfigError
from device_farm.simulator.faults import FAULT_HELP, Faults, FaultSwitch, parse_faults


def test_faults_are_parsed_and_named_again() -> None:
    faults = parse_faults(["boot_hang", "adb-drop=3", "slow-shell=0.5"])
    assert faults == Faults(boot_hang=True, adb_drop_after=3, slow_shell_s=0.5)
    assert faults.names() == ("boot-hang", "adb-drop 3", "slow-shell 0.5")


@pytest.mark.parametrize("name", FAULT_HELP)
def test_every_fault_can_be_asked_for_by_name(name: str) -> None:
    assert [active.split()[0] for active in parse_faults([name]).names()] == [name]


@pytest.mark.parametrize(
    "word", ["", "fire", "adb-drop=-1", "adb-drop=x", "slow-shell=0", "slow-shell=nan", "boot-hang=1"]
)
def test_bad_fault_is_refused_with_its_name(word: str) -> None:
    with pytest.raises(ConfigError, match="fault"):
        parse_faults([word])


def test_drop_counts_packets_and_happens_once() -> None:
    switch = FaultSwitch(Faults(adb_drop_after=2))
    assert [switch.drops_packet() for _ in range(5)] == [False, False, True, False, False]


def test_observers_hear_of_the_present_and_of_changes() -> None:
    switch, heard = FaultSwitch(), []
    switch.observe(heard.append)
    switch.set(Faults(full_disk=True))
    assert heard == [Faults(), Faults(full_disk=True)]
