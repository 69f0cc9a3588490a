"""Builds the desktop's root file system from Debian packages alone, and of it a Docker image and a disk.

    python emulator_images/desktop/build.py [--root] [--docker] [--vm] [--out DIR] [--osworld] [--mirror URL] [--locked]

OUT/root.tar is made where there is none of these inputs yet. `--root` unpacks it into OUT/root, for the backend xvfb;
`--docker` imports it under `--tag`; `--vm` makes OUT/root.qcow2 beside OUT/vmlinuz and OUT/initrd, and
OUT/manifest.json, which tells what they consist of. `--locked` fails where a package differs from
emulator_images/desktop/packages.lock; `--write-lock` writes that file.

It needs mmdebstrap (e2fsprogs and qemu-utils for the disk, docker.io for the image), no network but Debian's packages,
and no root where the kernel gives user namespaces. The last line, and OUT/build.json, is one JSON object: seconds and
bytes of every part.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))

from device_farm.backends.qemu_config import default_image  # noqa: E402
from device_farm.desktop.applications import APPLICATIONS  # noqa: E402
from device_farm.desktop.container.engine import LABEL  # noqa: E402
from device_farm.desktop.image import NAMED_PACKAGES  # noqa: E402
from device_farm.desktop.packages import packages  # noqa: E402
from device_farm.desktop.sandbox import system_files  # noqa: E402
from device_farm.desktop.vm.image import Manifest  # noqa: E402
from gui_agent.benchmarks.osworld.programs import PROGRAMS  # noqa: E402

SUITE = "bookworm"
LOCK = HERE / "packages.lock"
DISK_BYTES = 4 << 30
"""Of the machine's disk: what a session may fill. The file grows as it is written."""
# Documentation and translations: nothing of the desktop reads them (its language is C.UTF-8).
_LEFT_OUT = ("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/info/*", "/usr/share/doc/*", "/usr/share/lintian/*")
# The users of Debian's own packages stay; the desktop's user is added to them.
_OWN_FILES = ("/etc/hosts", "/etc/hostname", "/etc/nsswitch.conf", "/etc/machine-id")
# The release, so that the same packages give the same bytes.
_EPOCH = "1735689600"


def run(*words: str) -> None:
    subprocess.run(words, check=True, env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH})


def need(*programs: str) -> None:
    """Ends with exit code 3 and the fix where a program is missing."""
    missing = [name for name in programs if shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None]
    if missing:
        fix = "apt-get install -y mmdebstrap e2fsprogs qemu-utils docker.io"
        sys.stderr.write(f"missing: {', '.join(missing)}\n  {fix}\n")
        sys.exit(3)


def wanted(added: list[str]) -> list[str]:
    """Every package that is asked for by name; `added` are the caller's own."""
    lines = (HERE / "machine-packages.txt").read_text("utf-8").splitlines()
    return [*packages(), *(line for line in lines if line and not line.startswith("#")), *sorted(set(added))]


def inputs(mirror: str, added: list[str]) -> str:
    """The digest of all that goes into the root file system, apart from the packages' own bytes."""
    own = [system_files()[name].decode() for name in _OWN_FILES]
    entries = [application.desktop_id for application in APPLICATIONS]
    digest = hashlib.sha256(json.dumps([SUITE, mirror, wanted(added), _LEFT_OUT, own, entries]).encode())
    for path in (HERE / "customize.sh", *sorted(path for path in (HERE / "root").rglob("*") if path.is_file())):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def build_root(out: Path, mirror: str, added: list[str]) -> None:
    """OUT/root.tar, vmlinuz, initrd and packages.lock."""
    need("mmdebstrap")
    with tempfile.TemporaryDirectory() as folder:
        files = Path(folder)
        files.chmod(0o755)
        shutil.copytree(HERE / "root", files, dirs_exist_ok=True)
        for name in _OWN_FILES:
            path = files / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(system_files()[name])
        (files / "run/farm").mkdir(parents=True)
        names = [application.desktop_id for application in APPLICATIONS]
        hook = shlex.join([str(HERE / "customize.sh"), "ROOT", str(files), str(out), *names]).replace("ROOT", '"$1"', 1)
        run(
            *("mmdebstrap", "--variant=minbase", "--format=tar", f"--include={','.join(wanted(added))}"),
            *('--aptopt=Acquire::Languages "none"', "--aptopt=Acquire::Retries 3"),
            *(f"--dpkgopt=path-exclude={pattern}" for pattern in _LEFT_OUT),
            "--dpkgopt=path-include=/usr/share/doc/*/copyright",
            *(f"--customize-hook={hook}", SUITE, str(out / "root.tar.part"), *([mirror] if mirror else [])),
        )
    (out / "root.tar.part").rename(out / "root.tar")


def check_lock(out: Path) -> None:
    """Exit code 1 names the packages that differ from the lock file."""
    have, locked = (set(path.read_text("utf-8").splitlines()) for path in (out / "packages.lock", LOCK))
    if have != locked:
        sys.stderr.write(
            "".join(
                f"{sign} {line}\n"
                for sign, lines in (("+", have - locked), ("-", locked - have))
                for line in sorted(lines)
            )
        )
        sys.stderr.write("the packages are not those of packages.lock; --mirror takes Debian's snapshot of a day\n")
        sys.exit(1)


def description(out: Path) -> str:
    """What the image consists of, in the words of `device_farm.desktop.image`."""
    versions = dict(
        line.partition(" ")[0].split("=", 1) for line in (out / "packages.lock").read_text("utf-8").splitlines()
    )
    return " ".join(["debian-12", *(f"{name}-{versions[name]}" for name in NAMED_PACKAGES)])


def build_folder(out: Path) -> None:
    """OUT/root: what programs of this machine may read of it. Owners do not matter, devices are left out."""
    part = out / "root.part"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o755)
    run("tar", "--extract", "--exclude=./dev/*", "--file", str(out / "root.tar"), "--directory", str(part))
    shutil.rmtree(out / "root", ignore_errors=True)
    part.rename(out / "root")


def build_docker(out: Path, tag: str) -> None:
    need("docker")
    run("docker", "import", "--change", f"LABEL {LABEL}={shlex.quote(description(out))}", str(out / "root.tar"), tag)


def build_disk(out: Path) -> None:
    """OUT/root.qcow2: an ext4 file system without a partition table, made without mounting anything."""
    need("mkfs.ext4", "qemu-img")
    with tempfile.TemporaryDirectory(dir=out) as folder:
        script = (
            f'mkdir "$1/root" && tar --extract --numeric-owner --file "$2" --directory "$1/root" && '
            f"PATH=$PATH:/usr/sbin mkfs.ext4 -q -L desktop -O ^has_journal "
            f'-d "$1/root" "$1/root.ext4" {DISK_BYTES >> 10}k && rm -rf "$1/root"'
        )
        # Where we are not root, files of other owners are made in a user namespace.
        namespace = [] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--map-auto"]
        run(*namespace, "sh", "-euc", script, "sh", folder, str(out / "root.tar"))
        run("qemu-img", "convert", "-f", "raw", "-O", "qcow2", f"{folder}/root.ext4", str(out / "root.qcow2.part"))
    (out / "root.qcow2.part").rename(out / "root.qcow2")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--out", type=Path, default=Path(default_image()), help="where the parts go (default %(default)s)"
    )
    parser.add_argument("--root", action="store_true", help="unpack it, for the backend xvfb")
    parser.add_argument("--docker", action="store_true", help="import the Docker image")
    parser.add_argument("--tag", default="gui-agent-farm-desktop:latest", help="its name (default %(default)s)")
    parser.add_argument("--vm", action="store_true", help="make the disk of the virtual machine")
    parser.add_argument("--mirror", default="", help="a Debian mirror or a snapshot of one (default: mmdebstrap's)")
    parser.add_argument("--add", action="append", default=[], metavar="PACKAGE", help="one more; repeatable")
    parser.add_argument("--osworld", action="store_true", help="the programs besides that OSWorld's tasks use")
    parser.add_argument("--locked", action="store_true", help="fail where packages differ from packages.lock")
    parser.add_argument("--write-lock", action="store_true", help="write packages.lock")
    arguments = parser.parse_args()
    out = arguments.out.expanduser().resolve()
    out.mkdir(parents=True, exist_ok=True)
    if arguments.osworld:
        arguments.add += [package for program in PROGRAMS for package in program.package.split()]
    key, seconds = inputs(arguments.mirror, arguments.add), {}
    stamp = out / "inputs"
    if not (out / "root.tar").exists() or not stamp.exists() or stamp.read_text() != key:
        # A build that is cut off must not pass for one of these inputs.
        stamp.unlink(missing_ok=True)
        (out / "manifest.json").unlink(missing_ok=True)
        seconds["root"] = timed(build_root, out, arguments.mirror, arguments.add)
        stamp.write_text(key)
    if arguments.write_lock:
        shutil.copy(out / "packages.lock", LOCK)
    if arguments.locked:
        check_lock(out)
    if arguments.root:
        seconds["folder"] = timed(build_folder, out)
    if arguments.docker:
        seconds["docker"] = timed(build_docker, out, arguments.tag)
    if arguments.vm:
        seconds["disk"] = timed(build_disk, out)
        Manifest(
            description=description(out),
            sha256={name: sha256(out / name) for name in ("root.qcow2", "vmlinuz", "initrd")},
        ).write(out)
    sizes = {name: (out / name).stat().st_size for name in ("root.tar", "root.qcow2") if (out / name).exists()}
    told = {"out": str(out), "seconds": seconds, "bytes": sizes, "root_sha256": sha256(out / "root.tar")}
    (out / "build.json").write_text(json.dumps(told) + "\n", "utf-8")
    sys.stdout.write(json.dumps(told) + "\n")
    return 0


def timed(function: Callable[..., None], *arguments: object) -> float:
    started = time.perf_counter()
    function(*arguments)
    return round(time.perf_counter() - started, 1)


if __name__ == "__main__":
    sys.exit(main())
