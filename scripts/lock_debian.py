"""Writes the locks of Debian packages, with the versions installed here.

    python scripts/lock_debian.py

requirements/debian.lock, of what the project uses, from debian.in and device_farm/desktop/packages.txt;
requirements/debian-dev.lock, of what only its tests use, from debian-dev.in. Exit code 1 names packages that are not
installed; nothing is written then.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements/debian.lock": ("requirements/debian.in", "device_farm/desktop/packages.txt"),
    "requirements/debian-dev.lock": ("requirements/debian-dev.in",),
}
HEAD = "# By scripts/lock_debian.py on Debian {release}: name=version, the versions that the tests last passed with.\n"


def wanted(lists: tuple[str, ...]) -> list[str]:
    """Package names of all these lists, sorted, each once."""
    lines = [line.strip() for path in lists for line in (ROOT / path).read_text("utf-8").splitlines()]
    return sorted({line for line in lines if line and not line.startswith("#")})


def installed(name: str) -> str:
    """The installed version, empty where there is none."""
    command = ["dpkg-query", "-W", "-f", "${db:Status-Abbrev}|${Version}", name]
    finished = subprocess.run(command, capture_output=True, text=True, check=False)
    status, _, version = finished.stdout.partition("|")
    return version if status.startswith("ii") else ""


def main() -> int:
    locks = {lock: {name: installed(name) for name in wanted(lists)} for lock, lists in LOCKS.items()}
    missing = [name for versions in locks.values() for name, version in versions.items() if not version]
    if missing:
        print(f"not installed: {' '.join(missing)}", file=sys.stderr)
        return 1
    release = Path("/etc/debian_version").read_text("utf-8").strip()
    for lock, versions in locks.items():
        lines = "".join(f"{name}={version}\n" for name, version in versions.items())
        (ROOT / lock).write_text(HEAD.format(release=release) + lines, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
