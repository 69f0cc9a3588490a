"""Files, the terminal and the text editor."""

from __future__ import annotations

from typing import Final

from gui_agent.benchmarks.osworld.office.model import (
    DOCUMENTS,
    OfficeTask,
    command_output,
    expected_file,
    guest_file,
)

DOMAIN: Final = "os"
NOTE: Final = f"{DOCUMENTS}/shopping.txt"
NOTE_TEXT: Final = "milk\nbread\n"
ADDED: Final = "apples"
LOG: Final = f"{DOCUMENTS}/visits.log"
LOG_TEXT: Final = "".join(f"visit {number}\n" for number in range(1, 38))
COUNT: Final = f"{DOCUMENTS}/count.txt"
FOLDER: Final = "Reports"
OLD_NAME, NEW_NAME = "draft.txt", "final.txt"


def _files(name: str, instruction: str, include: list[str], exclude: list[str]) -> OfficeTask:
    return OfficeTask(
        id=f"farm-files-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=("os",),
        brings={f"{DOCUMENTS}/{OLD_NAME}": b"It was a dark and stormy night.\n"},
        opens=DOCUMENTS,
        evaluator={
            "func": "check_include_exclude",
            "result": command_output("ls", "-1p", DOCUMENTS),
            "expected": {"type": "rule", "rules": {"include": include, "exclude": exclude}},
        },
    )


def tasks() -> list[OfficeTask]:
    return [
        _files(
            "folder",
            f"Create a folder with the name {FOLDER} in the folder Documents.",
            [f"{FOLDER}/", OLD_NAME],
            [],
        ),
        _files(
            "rename",
            f"Rename the file {OLD_NAME} in the folder Documents to {NEW_NAME}.",
            [NEW_NAME],
            [OLD_NAME],
        ),
        OfficeTask(
            id="farm-terminal-count",
            domain=DOMAIN,
            instruction=f"Write the number of lines of {LOG} into the file {COUNT}, and nothing else.",
            apps=("os",),
            brings={LOG: LOG_TEXT.encode()},
            launches=("xfce4-terminal",),
            evaluator={
                "func": "compare_text_file",
                "result": guest_file(COUNT),
                "expected": expected_file("count_gold.txt"),
            },
            expected={"count_gold.txt": b"37\n"},
        ),
        OfficeTask(
            id="farm-editor-append",
            domain=DOMAIN,
            instruction=f"Add a line with the word {ADDED} at the end of the open file and save it.",
            apps=("os",),
            brings={NOTE: NOTE_TEXT.encode()},
            opens=NOTE,
            evaluator={
                "func": "compare_text_file",
                "result": guest_file(NOTE),
                "expected": expected_file("shopping_gold.txt"),
                "options": {"ignore_blanks": True},
            },
            expected={"shopping_gold.txt": f"{NOTE_TEXT}{ADDED}\n".encode()},
        ),
    ]
