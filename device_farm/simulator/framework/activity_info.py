"""`pm resolve-activity` and `pm query-activities`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from device_farm.simulator.framework.arguments import Arguments
from device_farm.simulator.framework.intent_arguments import parse_intent
from device_farm.simulator.intents import ComponentName, Intent
from device_farm.simulator.shell.process import Process

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone

_LAUNCHABLE = Intent(action="android.intent.action.MAIN", categories=("android.intent.category.LAUNCHER",))


def resolve_for(phone: SimulatedPhone, arguments: Arguments) -> tuple[tuple[ComponentName, ...], bool]:
    """The activities that answer the intent of the arguments, and whether `--brief` was asked for."""
    words = list(arguments.rest)
    brief = "--brief" in words
    for option in ("--query-flags", "--user"):
        while option in words:
            index = words.index(option)
            del words[index : index + 2]
    words = [word for word in words if word not in ("--brief", "--components")]
    intent = parse_intent(words).intent
    if intent.package and not intent.action:
        # A package alone is what its icon starts.
        launcher = phone.packages.launcher(intent.package)
        return ((launcher,) if launcher else ()), brief
    return phone.packages.resolve(intent), brief


def print_activities(process: Process, found: tuple[ComponentName, ...], *, brief: bool, single: bool) -> None:
    if not single:
        process.print(f"{len(found)} activities found:")
    for index, component in enumerate(found):
        if not single:
            process.print(f"  Activity #{index}:")
        indent = "" if single else "    "
        if brief:
            process.print(f"{indent}priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true")
            process.print(f"{indent}{component.short}")
        else:
            _print_one(process, component, indent)


def _print_one(process: Process, component: ComponentName, indent: str) -> None:
    package = process.phone.packages.get(component.package)
    entry = process.phone.packages.entry(component)
    label = entry.label if entry is not None and entry.label else package.label if package is not None else ""
    lines = [
        "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true",
        "ActivityInfo:",
        f"  name={component.class_name}",
        f"  packageName={component.package}",
        f"  labelRes=0x0 nonLocalizedLabel={label or 'null'} icon=0x7f0f0000 banner=0x0",
        f"  enabled=true exported={str(entry is None or entry.exported).lower()} directBootAware=false",
        f"  taskAffinity={component.package} targetActivity=null persistableMode=PERSIST_ROOT_ONLY",
        f"  launchMode={1 if entry is not None and entry.single_top else 0} flags=0x200 theme=0x0",
        "  screenOrientation=-1 configChanges=0x3 softInputMode=0x0",
        "  ApplicationInfo:",
    ]
    if package is not None:
        lines += [
            f"    packageName={package.name}",
            f"    labelRes=0x0 nonLocalizedLabel={package.label} icon=0x7f0f0000 banner=0x0",
            f"    processName={package.name}",
            f"    uid={package.uid} flags=0x{1 if package.system else 0:08x}",
            f"    sourceDir={package.apk_path}",
            f"    dataDir=/data/user/0/{package.name}",
            f"    enabled={str(package.enabled).lower()} minSdkVersion=23 targetSdkVersion=33"
            f" versionCode={package.version_code} targetSandboxVersion=1",
        ]
    for line in lines:
        process.print(indent + line)
