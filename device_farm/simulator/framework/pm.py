"""`pm`: installed packages and their permissions."""

from __future__ import annotations

from collections.abc import Callable

from device_farm.simulator.framework.activity_info import print_activities, resolve_for
from device_farm.simulator.framework.arguments import ArgumentError, Arguments
from device_farm.simulator.framework.installs import install, install_commit, install_create, install_write
from device_farm.simulator.framework.package_dump import dump_package
from device_farm.simulator.shell.process import Command, Process
from device_farm.simulator.state import InstalledPackage

FEATURES = (
    "android.hardware.bluetooth",
    "android.hardware.camera",
    "android.hardware.location",
    "android.hardware.location.gps",
    "android.hardware.microphone",
    "android.hardware.sensor.accelerometer",
    "android.hardware.telephony",
    "android.hardware.touchscreen",
    "android.hardware.touchscreen.multitouch",
    "android.hardware.wifi",
)
LIBRARIES = (
    "android.ext.shared",
    "android.hidl.base-V1.0-java",
    "android.hidl.manager-V1.0-java",
    "android.net.ipsec.ike",
    "android.test.base",
    "android.test.mock",
    "android.test.runner",
    "com.android.future.usb.accessory",
    "com.android.location.provider",
    "com.android.media.remotedisplay",
    "javax.obex",
    "org.apache.http.legacy",
)
USAGE = (
    "Package manager (package) commands:\n  clear, disable-user, enable, grant, install, list, path, revoke, uninstall"
)


async def pm(process: Process) -> int:
    arguments = Arguments(process.args)
    verb = arguments.next()
    if verb in _ASYNC:
        process.args = arguments.rest
        return await _ASYNC[verb](process)
    if verb is None or verb in ("help", "-h"):
        process.print(USAGE)
        return 255 if verb is None else 0
    command = _VERBS.get(verb)
    if command is None:
        raise ArgumentError(f"Unknown command: {verb}")
    return command(process, arguments)


def _list(process: Process, arguments: Arguments) -> int:
    kind = arguments.next() or ""
    match kind:
        case "packages" | "package":
            return _list_packages(process, arguments)
        case "users":
            process.print("Users:\n\tUserInfo{0:Owner:4c13} running")
        case "features":
            for name in FEATURES:
                process.print(f"feature:{name}")
        case "permissions":
            names = {name for package in process.phone.packages.list() for name in package.requested}
            process.print("All Permissions:\n")
            for name in sorted(names):
                process.print(f"+ permission:{name}")
        case "libraries":
            for name in LIBRARIES:
                process.print(f"library:{name}")
        case "permission-groups" | "instrumentation":
            pass
        case _:
            process.complain(
                f"Error: unknown list type '{kind}'" if kind else "Error: didn't specify type of data to list"
            )
            return 255
    return 0


def _list_packages(process: Process, arguments: Arguments) -> int:
    flags: set[str] = set()
    while (option := arguments.option()) is not None:
        if option == "--user":
            arguments.required()
            continue
        if option not in ("-3", "-s", "-f", "-d", "-e", "-i", "-u", "-U", "-a", "-l", "--show-versioncode"):
            process.complain(f"Error: Unknown option: {option}")
            return 255
        flags.add(option)
    wanted = arguments.next() or ""
    for package in process.phone.packages.list():
        if wanted in package.name and _is_listed(package, flags):
            process.print(_package_line(package, flags))
    return 0


def _is_listed(package: InstalledPackage, flags: set[str]) -> bool:
    return not (
        ("-3" in flags and package.system)
        or ("-s" in flags and not package.system)
        or ("-d" in flags and package.enabled)
        or ("-e" in flags and not package.enabled)
    )


def _package_line(package: InstalledPackage, flags: set[str]) -> str:
    line = "package:"
    if "-f" in flags:
        line += f"{package.apk_path}="
    line += package.name
    if "--show-versioncode" in flags:
        line += f" versionCode:{package.version_code}"
    if "-i" in flags:
        line += f"  installer={package.installer or 'null'}"
    if "-U" in flags:
        line += f" uid:{package.uid}"
    return line


def _named(process: Process, arguments: Arguments) -> str:
    """The package argument behind options such as `--user 0`."""
    while (option := arguments.option()) is not None:
        if option in ("--user", "--versionCode"):
            arguments.required()
        elif option not in ("-k", "--keep-data"):
            raise ArgumentError(f"Error: Unknown option: {option}")
    name = arguments.next()
    if name is None:
        raise ArgumentError("Error: no package specified", exit_code=1)
    return name


def _path(process: Process, arguments: Arguments) -> int:
    package = process.phone.packages.get(_named(process, arguments))
    if package is None:
        return 1
    process.print(f"package:{package.apk_path}")
    return 0


def _clear(process: Process, arguments: Arguments) -> int:
    if process.phone.packages.clear(_named(process, arguments)):
        process.print("Success")
        return 0
    process.print("Failed")
    return 1


def _uninstall(process: Process, arguments: Arguments) -> int:
    name = _named(process, arguments)
    found = process.phone.packages.get(name)
    if found is None:
        process.print("Failure [DELETE_FAILED_INTERNAL_ERROR]")
        return 1
    if found.system:
        process.print("Failure [DELETE_FAILED_INTERNAL_ERROR]")
        return 1
    process.phone.packages.uninstall(name)
    process.print("Success")
    return 0


def _grant(process: Process, arguments: Arguments, *, revoke: bool = False) -> int:
    name = _named(process, arguments)
    permission = arguments.next()
    if permission is None:
        raise ArgumentError("Error: no permission specified", exit_code=1)
    found = process.phone.packages.get(name)
    operation = "revoke" if revoke else "grant"
    if found is None:
        return _throw(process, operation, f"java.lang.IllegalArgumentException: Unknown package: {name}")
    if permission not in found.requested and permission not in found.granted:
        return _throw(
            process, operation, f"java.lang.SecurityException: Package {name} has not requested permission {permission}"
        )
    if revoke:
        process.phone.packages.revoke(name, permission)
    else:
        process.phone.packages.grant(name, permission)
    return 0


def _revoke(process: Process, arguments: Arguments) -> int:
    return _grant(process, arguments, revoke=True)


def _throw(process: Process, operation: str, exception: str) -> int:
    process.complain(f"\nException occurred while executing '{operation}':\n{exception}")
    return 255


def _set_enabled(process: Process, arguments: Arguments, state: str) -> int:
    name = _named(process, arguments)
    package = name.partition("/")[0]
    if not process.phone.packages.set_enabled(package, state in ("enabled", "default")):
        return _throw(process, process.args[0], f"java.lang.IllegalArgumentException: Unknown package: {package}")
    process.print(f"Package {name} new state: {state}")
    return 0


def _dump(process: Process, arguments: Arguments) -> int:
    name = _named(process, arguments)
    for line in dump_package(process.phone, name):
        process.print(line)
    return 0


def _resolve_activity(process: Process, arguments: Arguments) -> int:
    found, brief = resolve_for(process.phone, arguments)
    if not found:
        process.print("No activity found")
        return 0
    print_activities(process, found[:1], brief=brief, single=True)
    return 0


def _query_activities(process: Process, arguments: Arguments) -> int:
    found, brief = resolve_for(process.phone, arguments)
    if not found:
        process.print("No activities found")
        return 0
    print_activities(process, found, brief=brief, single=False)
    return 0


def _has_feature(process: Process, arguments: Arguments) -> int:
    present = arguments.required() in FEATURES
    process.print(str(present).lower())
    return int(not present)


def _answer(text: str) -> Callable[[Process, Arguments], int]:
    """A verb that prints one text, whatever it is given."""

    def run(process: Process, arguments: Arguments) -> int:
        if text:
            process.print(text)
        return 0

    return run


_ASYNC: dict[str, Command] = {
    "install": install,
    "install-commit": install_commit,
    "install-create": install_create,
    "install-write": install_write,
}

_VERBS: dict[str, Callable[[Process, Arguments], int]] = {
    "clear": _clear,
    "default-state": lambda process, arguments: _set_enabled(process, arguments, "default"),
    "disable": lambda process, arguments: _set_enabled(process, arguments, "disabled"),
    "disable-until-used": lambda process, arguments: _set_enabled(process, arguments, "disabled-until-used"),
    "disable-user": lambda process, arguments: _set_enabled(process, arguments, "disabled-user"),
    "dump": _dump,
    "enable": lambda process, arguments: _set_enabled(process, arguments, "enabled"),
    "get-install-location": _answer("0[auto]"),
    "get-max-users": _answer("Maximum supported users: 4"),
    "grant": _grant,
    "has-feature": _has_feature,
    "hide": _answer(""),
    "install-abandon": _answer("Success"),
    "install-existing": _answer(""),
    "list": _list,
    "path": _path,
    "query-activities": _query_activities,
    "resolve-activity": _resolve_activity,
    "revoke": _revoke,
    "set-install-location": _answer(""),
    "trim-caches": _answer(""),
    "uninstall": _uninstall,
    "unhide": _answer(""),
}
