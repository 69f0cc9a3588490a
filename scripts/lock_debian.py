"""Writes requirements/debian.lock: every Debian package that the project uses, with the version installed here.

    python scripts/lock_debian.py

Reads requirements/debian.in and device_farm/desktop/packages.txt. Exit code 1 names packages that are not installed.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LISTS = (ROOT / "requirements/debian.in", ROOT / "device_farm/desktop/packages.txt")
LOCK = ROOT / "requirements/debian.lock"
HEAD = "# By scripts/lock_debian.py on Debian {release}: name=version, the versions that the tests last passed with.\n"


def wanted() -> list[str]:
    """Package names of both lists, sorted, each once."""
    lines = [line.strip() for path in LISTS for line in path.read_text("utf-8").splitlines()]
    return sorted({line for line in lines if line and not line.startswith("#")})


def installed(name: str) -> str:
    """The installed version, empty where there is none."""
    command = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${Version}", name]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    status, _, version = finished.stdout.partition("|")
    return version if status.startswith("ii") else ""


def main() -> int:
    versions = {name: installed(name) for name in wanted()}
    missing = [name for name, version in versions.items() if not version]
    if missing:
        print(f"not installed: {' '.join(missing)}", file=sys.stderr)
        return 1
    release = Path("/etc/debian_version").read_text("utf-8").strip()
    lines = "".join(f"{name}={version}\n" for name, version in versions.items())
    LOCK.write_text(HEAD.format(release=release) + lines, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
