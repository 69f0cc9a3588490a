"""A desktop that is booted once for the tests that leave it usable."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from desktop_rig import Rig

from device_farm.desktop.device import DesktopDevice
from device_farm.errors import PrerequisiteError


@pytest.fixture(scope="session")
def rig() -> Iterator[Rig]:
    made = Rig()
    try:
        made.backend.preflight()
    except PrerequisiteError as error:
        if "xvfb" in os.environ.get("FARM_REQUIRE", ""):
            pytest.fail(str(error))
        pytest.skip(str(error))
    yield made
    made.loop.close()


@pytest.fixture(scope="session")
def shared(rig: Rig) -> Iterator[DesktopDevice]:
    device = rig.boot("shared")
    yield device
    rig.run(device.close())


@pytest.fixture
def desktop(rig: Rig, shared: DesktopDevice) -> DesktopDevice:
    """The shared desktop after a reset."""
    rig.run(shared.reset())
    return shared
