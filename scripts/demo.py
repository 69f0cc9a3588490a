"""The first command of a stranger: a learnt agent on simulated phones, and a scripted expert on a desktop where X is
there; 32 episodes in all, verified, with a report of either.

    make demo            or: python scripts/demo.py [--out DIR] [--phones N] [--no-desktop]

The agent on the phones is the miniature: a network of a few hundred thousand weights that comes with the package, was
trained by `farm train miniature` on other names and numbers, and is computed with numpy. It fails at some tasks. On the
desktop the suite's expert acts, a script that learns nothing. No GPU is involved.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from device_farm.backends.config import XvfbConfig
from device_farm.backends.loader import load_backend
from device_farm.errors import PrerequisiteError
from gui_agent.benchmarks.basics import SUITE

ROOT = Path(__file__).resolve().parent.parent
EPISODES = 32
DESKTOP_EPISODES = 8


def desktop_problem() -> str:
    """Why no desktop can run here, with the fix; empty when one can."""
    try:
        load_backend(XvfbConfig()).preflight()
    except PrerequisiteError as error:
        return str(error)
    return ""


def chosen_tasks(*, desktop: bool) -> tuple[list[str], list[str]]:
    """Names of 32 templates, of phones and of desktops: 8 of desktops where there is one. Phones' are taken from all
    over the suite.
    """
    phone = [template.name for template in SUITE.templates if template.platform == "android"]
    desk = [template.name for template in SUITE.templates if template.platform == "desktop"][:DESKTOP_EPISODES]
    desk = desk if desktop else []
    count = min(EPISODES - len(desk), len(phone))
    return [phone[index * len(phone) // count] for index in range(count)], desk


def farm(*arguments: str) -> int:
    """Runs one `farm` command and shows it as a person would type it."""
    print(f"\n$ farm {' '.join(arguments)}", flush=True)
    return subprocess.run([sys.executable, "-m", "device_farm.cli.main", *arguments], cwd=ROOT, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", default=f"runs/demo-{time.strftime('%Y%m%d-%H%M%S')}", metavar="DIR")
    parser.add_argument("--phones", type=int, default=4, metavar="N")
    parser.add_argument("--no-desktop", action="store_true")
    options = parser.parse_args()

    problem = "left out by --no-desktop" if options.no_desktop else desktop_problem()
    if problem:
        print(f"no desktop in this demo: {problem}")
    phone, desktop = chosen_tasks(desktop=not problem)
    begun = time.monotonic()
    print("On the phones acts a learnt policy, the miniature; what it fails at is counted as failed.")
    phones = ("--policy", "mini", "--platform", "android", "--devices", str(options.phones))
    reports, code = [], collect(f"{options.out}/phones", phone, *phones)
    reports.append(f"{options.out}/phones")
    if desktop and code == 0:
        print("\nOn the desktop acts the suite's scripted expert.")
        # Two at once: on two cores, offices that start side by side keep each other from drawing in time.
        desktops = ("--policy", "expert", "--platform", "desktop", "--desktops", "2")
        code = collect(f"{options.out}/desktop", desktop, *desktops)
        reports.append(f"{options.out}/desktop")
    for run in reports:
        code = code or farm("verify", run)
    print(f"\n{time.monotonic() - begun:.0f} s. Open in a browser:")
    for run in reports:
        print(f"  {Path(run, 'report.html')}")
    return code


def collect(out: str, tasks: list[str], *options: str) -> int:
    """Episodes of these tasks of the suite `basics`, one each."""
    names = ("--tasks", ",".join(tasks), "--episodes", str(len(tasks)))
    return farm("collect", "--suite", "basics", *names, *options, "--out", out)


if __name__ == "__main__":
    sys.exit(main())
