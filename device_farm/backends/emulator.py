"""Android Emulators of the user's SDK: a read-only fleet from one saved snapshot, or one phone that may write."""

from __future__ import annotations

import shlex
from pathlib import Path

from device_farm.adb.private_server import free_port
from device_farm.android.device import AndroidDevice
from device_farm.backends.emulator_config import EmulatorConfig
from device_farm.emulator.avd import Avd, open_avd, require_image
from device_farm.emulator.command import EmulatorPorts, Launch
from device_farm.emulator.fingerprint import Fingerprint, check_snapshot, fingerprint
from device_farm.emulator.instance import Deadlines, EmulatorInstance, Surroundings
from device_farm.emulator.machine import EmulatorMachine
from device_farm.emulator.ports import fixed_ports, free_ports
from device_farm.emulator.sdk import Sdk, open_sdk, require_adb
from device_farm.types.task import Platform


class EmulatorBackend:
    """Constructed without a look at the disk; `preflight` and the first device read SDK and virtual device."""

    def __init__(self, config: EmulatorConfig) -> None:
        self._config = config
        self._held: set[int] = set()

    @property
    def name(self) -> str:
        return "emulator"

    @property
    def platform(self) -> Platform:
        return "android"

    def preflight(self) -> None:
        """Raises PrerequisiteError, with the fix, where SDK, virtual device, image or snapshot do not fit.

        KVM is not proved here, which takes a guest: `farm doctor --backend emulator` does.
        """
        sdk, avd = locate(self._config)
        require_adb(sdk)
        require_image(avd, sdk)
        if self._config.snapshot:
            now = fingerprint_of(self._config, sdk, avd)
            check_snapshot(avd, self._config.snapshot, now, prepare=prepare_command(self._config))

    async def create(self, device_id: str) -> AndroidDevice:
        sdk, avd = locate(self._config)
        machine = EmulatorMachine(
            lambda: self._instance(sdk, avd),
            moves=self._config.base_port == 0,
            grpc_screens=self._config.screenshots == "grpc",
        )
        timeout_s = self._config.boot_timeout_s
        return AndroidDevice(device_id, backend=self.name, machine=machine, boot_timeout_s=timeout_s)

    async def close(self) -> None:
        """Devices share only the ports' book-keeping, and give theirs back themselves."""

    def _instance(self, sdk: Sdk, avd: Avd) -> EmulatorInstance:
        held = self._held
        base_port = self._config.base_port
        if base_port == 0:
            ports = free_ports(held)
        else:
            number = next(n for n in range(len(held) + 1) if base_port + 2 * n not in held)
            ports = fixed_ports(base_port, number)
        config = self._config
        launch = launch_of(config, sdk, avd, ports, snapshot=config.snapshot, read_only=config.read_only)
        instance = EmulatorInstance(
            launch,
            surroundings(config, sdk, avd),
            adb_server_port=free_port(),
            closed=lambda ports: held.discard(ports.console),
        )
        held.add(ports.console)
        return instance


def instance_for(config: EmulatorConfig, sdk: Sdk, avd: Avd, *, snapshot: str, read_only: bool) -> EmulatorInstance:
    """One emulator outside a farm, on the first ports that `config` allows."""
    ports = fixed_ports(config.base_port, 0) if config.base_port else free_ports(())
    launch = launch_of(config, sdk, avd, ports, snapshot=snapshot, read_only=read_only)
    return EmulatorInstance(launch, surroundings(config, sdk, avd), adb_server_port=free_port())


def locate(config: EmulatorConfig) -> tuple[Sdk, Avd]:
    """The SDK and the virtual device of `config`. Raises as `open_sdk` and `open_avd`."""
    sdk = open_sdk(config.sdk_root)
    return sdk, open_avd(config.avd, config.avd_home, sdk)


def fingerprint_of(config: EmulatorConfig, sdk: Sdk, avd: Avd) -> Fingerprint:
    """Of SDK and AVD as they are now, for this configuration."""
    return fingerprint(sdk, avd, gpu=config.gpu, memory_mb=config.memory_mb, cores=config.cores)


def launch_of(
    config: EmulatorConfig, sdk: Sdk, avd: Avd, ports: EmulatorPorts, *, snapshot: str, read_only: bool
) -> Launch:
    return Launch(
        emulator=sdk.emulator,
        avd=avd.name,
        ports=ports,
        snapshot=snapshot,
        read_only=read_only,
        gpu=config.gpu,
        memory_mb=config.memory_mb,
        cores=config.cores,
        acceleration=config.acceleration,
        skip_adb_auth=not config.adb_auth,
        extra_args=config.extra_args,
    )


def surroundings(config: EmulatorConfig, sdk: Sdk, avd: Avd) -> Surroundings:
    limits = config.deadlines
    return Surroundings(
        sdk_root=sdk.root,
        avd_home=Path(config.avd_home).expanduser(),
        avd_folder=avd.folder,
        adb_program=require_adb(sdk),
        adb_key=config.adb_key,
        console_token=Path(config.console_token),
        kvm_device=config.kvm_device,
        log_dir=Path(config.log_dir).expanduser(),
        deadlines=Deadlines(
            launch_lock_s=limits.launch_lock_s,
            stages_s={
                "control": limits.control_s,
                "booted": limits.booted_s,
                "adb": limits.adb_s,
                "system": limits.system_s,
                "packages": limits.packages_s,
                "stable": limits.stable_s,
            },
            load_s=limits.load_s,
            stop_s=limits.stop_s,
        ),
    )


def prepare_command(config: EmulatorConfig) -> str:
    """The command that takes the snapshot of `config`."""
    words = ["farm", "emulator", "prepare"]
    if config.avd:
        words.append(config.avd)
    if config.snapshot != EmulatorConfig.model_fields["snapshot"].default:
        words += ["--set", f"snapshot={config.snapshot}"]
    for key in ("gpu", "memory_mb", "cores"):
        if getattr(config, key) != EmulatorConfig.model_fields[key].default:
            words += ["--set", f"{key}={getattr(config, key)}"]
    return shlex.join(words)
