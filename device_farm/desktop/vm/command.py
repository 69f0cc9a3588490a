"""The command line of QEMU for one desktop."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ADDRESS = "10.0.2.15"
PORT = 5000
EMULATED_PATIENCE = 8.0
"""A processor in software does a tenth to a twentieth of the work."""
# mitigations=off: in the guest there is only the desktop, with nobody to keep its programs' secrets from.
_BOOT = (
    "root=/dev/vda rw rootfstype=ext4 init=/usr/lib/farm/init console=ttyS0 quiet panic=-1 net.ifnames=0 "
    "mitigations=off"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hardware:
    """What the machine is made of. A saved machine goes on only in one of the same hardware."""

    accelerated: bool
    memory_mb: int
    cores: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """One run. `disk` is written to, `code` is the tar file with the farm's part of the guest."""

    program: str
    hardware: Hardware
    kernel: Path
    initrd: Path
    disk: Path
    code: Path
    folder: Path
    snapshot: str = ""

    @property
    def control(self) -> Path:
        return self.folder / "qmp"

    @property
    def console(self) -> Path:
        return self.folder / "console.log"

    def argv(self) -> list[str]:
        """The words. The network has no way out: `restrict` leaves only what `hostfwd_add` lets in."""
        hardware = self.hardware
        kvm = hardware.accelerated
        argv = [
            *(self.program, "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
            *(
                "-machine",
                f"q35,accel={'kvm' if kvm else 'tcg'}",
                "-cpu",
                cpu(accelerated=kvm),
            ),
            *("-m", f"{hardware.memory_mb}M", "-smp", str(hardware.cores)),
            *("-kernel", str(self.kernel), "-initrd", str(self.initrd), "-append", _BOOT),
            # Lost with this machine's power, which is what a device is that is made anew.
            *("-drive", f"file={_escaped(self.disk)},if=virtio,format=qcow2,cache=unsafe"),
            *("-drive", f"file={_escaped(self.code)},if=virtio,format=raw,readonly=on"),
            *("-netdev", "user,id=host,restrict=on", "-device", "virtio-net-pci,netdev=host,romfile="),
            *("-device", "virtio-rng-pci"),
            *("-serial", f"file:{self.console}"),
            *("-qmp", f"unix:{self.control},server=on,wait=off"),
            *("-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny"),
        ]
        return [*argv, "-loadvm", self.snapshot] if self.snapshot else argv


def cpu(*, accelerated: bool) -> str:
    """The processor's model."""
    # Some hypervisors below show a register of the processor that they then do not let a guest of ours have.
    return "host,arch-capabilities=off" if accelerated else "max"


def _escaped(path: Path) -> str:
    """A comma ends an option unless it is doubled."""
    return str(path).replace(",", ",,")
