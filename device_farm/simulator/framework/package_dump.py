"""`dumpsys package`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from device_farm.simulator.state import InstalledPackage

if TYPE_CHECKING:
    from device_farm.simulator.phone import SimulatedPhone


def dump_package(phone: SimulatedPhone, name: str) -> Iterator[str]:
    """The lines about one package, or that it cannot be found."""
    package = phone.packages.get(name)
    if package is None:
        yield f"Unable to find package: {name}"
        return
    launcher = phone.packages.launcher(name)
    if launcher is not None:
        yield "Activity Resolver Table:"
        yield "  Non-Data Actions:"
        yield "      android.intent.action.MAIN:"
        yield f"        {_id(package)} {launcher.short} filter {_id(package)}"
        yield '          Action: "android.intent.action.MAIN"'
        yield '          Category: "android.intent.category.LAUNCHER"'
        yield ""
    yield "Packages:"
    yield from _package(phone, package)
    yield ""
    yield "Queries:"
    yield "  system apps queryable: false"
    yield ""


def dump_packages(phone: SimulatedPhone) -> Iterator[str]:
    """The lines about all packages."""
    yield "Packages:"
    for package in phone.packages.list():
        yield from _package(phone, package)
        yield ""


def _package(phone: SimulatedPhone, package: InstalledPackage) -> Iterator[str]:
    flags = "SYSTEM HAS_CODE ALLOW_CLEAR_USER_DATA" if package.system else "HAS_CODE ALLOW_CLEAR_USER_DATA ALLOW_BACKUP"
    first, last = (_moment(phone.local(at_s)) for at_s in (package.first_install_s, package.last_update_s))
    folder = package.apk_path.rpartition("/")[0]
    yield f"  Package [{package.name}] ({_id(package)}):"
    yield f"    userId={package.uid}"
    yield f"    pkg=Package{{{_id(package)} {package.name}}}"
    yield f"    codePath={folder}"
    yield f"    resourcePath={folder}"
    yield "    legacyNativeLibraryDir=null"
    yield "    primaryCpuAbi=null"
    yield f"    versionCode={package.version_code} minSdk=23 targetSdk=33"
    yield f"    versionName={package.version_name}"
    yield "    splits=[base]"
    yield "    apkSigningVersion=2"
    yield f"    applicationInfo=ApplicationInfo{{{_id(package)} {package.name}}}"
    yield f"    flags=[ {flags} ]"
    yield f"    dataDir=/data/user/0/{package.name}"
    yield "    supportsScreens=[small, medium, large, xlarge, resizeable, anyDensity]"
    yield f"    timeStamp={last}"
    yield f"    firstInstallTime={first}"
    yield f"    lastUpdateTime={last}"
    yield f"    installerPackageName={package.installer or 'null'}"
    signatures = f"version:2, signatures:[{_id(package)}], past signatures:[]"
    yield f"    signatures=PackageSignatures{{{_id(package)} {signatures}}}"
    yield "    installPermissionsFixed=true"
    yield f"    pkgFlags=[ {flags} ]"
    yield "    requested permissions:"
    for permission in package.requested:
        yield f"      {permission}"
    yield (
        f"    User 0: ceDataInode=0 installed=true hidden=false suspended=false distractionFlags=0 "
        f"stopped={_truth(package.stopped)} notLaunched={_truth(package.stopped)} "
        f"enabled={0 if package.enabled else 3} instant=false virtual=false"
    )
    yield "      gids=[3003]"
    yield "      runtime permissions:"
    for permission in package.requested:
        granted = _truth(permission in package.granted)
        yield f"        {permission}: granted={granted}, flags=[ USER_SENSITIVE_WHEN_GRANTED]"


def _truth(value: bool) -> str:
    return str(value).lower()


def _id(package: InstalledPackage) -> str:
    """An object id such as Java prints, the same at every run."""
    return f"{package.uid * 2_654_435_761 % (1 << 28):07x}"


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
