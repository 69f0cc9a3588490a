"""Makes documents of our own in the place of those that some of OSWorld's office tasks download, where these cannot be
had. Prints one JSON line: `tasks`, the ids that now have all their files, and `absent`, those whose task file is not in
the folder. A figure got with them is one on stand-in documents, and is to be called so.

    python scripts/osworld_stand_in_documents.py --tasks-dir evaluation_examples --assets stand_in
    farm eval --suite osworld --tasks-dir evaluation_examples --assets stand_in --policy expert

Names and addresses come from the task files; what is expected is computed from the same numbers as the source. A mirror
that holds another file of the same name is refused: it may be the real one.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from device_farm.errors import FarmError
from gui_agent.benchmarks.osworld.stand_in_documents.write import makers, write_stand_ins
from gui_agent.benchmarks.osworld.taskfile import read_tasks


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--tasks-dir", type=Path, required=True, help="OSWorld's evaluation_examples")
    parser.add_argument("--assets", type=Path, required=True, help="the mirror that is written")
    arguments = parser.parse_args()
    try:
        written = write_stand_ins(read_tasks(arguments.tasks_dir), arguments.assets)
    except FarmError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    if not written:
        sys.stderr.write(f"--tasks-dir: {arguments.tasks_dir} has none of the tasks with stand-in documents\n")
        return 2
    print(json.dumps({"tasks": written, "absent": sorted(makers().keys() - set(written))}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
