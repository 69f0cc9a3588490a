"""Files and the text editor."""

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
HEADING: Final = "Shopping for Friday"
FOLDER: Final = "Reports"
OLD_NAME, NEW_NAME, KEPT = "draft.txt", "final.txt", "list.txt"


def _files(name: str, instruction: str, include: list[str], exclude: list[str]) -> OfficeTask:
    return OfficeTask(
        id=f"farm-files-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=("os",),
        brings={f"{DOCUMENTS}/{OLD_NAME}": b"It was a dark and stormy night.\n", f"{DOCUMENTS}/{KEPT}": b"milk\n"},
        opens=DOCUMENTS,
        evaluator={
            "func": "check_include_exclude",
            "result": command_output("ls", "-1p", DOCUMENTS),
            "expected": {"type": "rule", "rules": {"include": include, "exclude": exclude}},
        },
    )


def _edited(name: str, instruction: str, gold: str) -> OfficeTask:
    return OfficeTask(
        id=f"farm-editor-{name}",
        domain=DOMAIN,
        instruction=instruction,
        apps=("os",),
        brings={NOTE: NOTE_TEXT.encode()},
        opens=NOTE,
        evaluator={
            "func": "compare_text_file",
            "result": guest_file(NOTE),
            "expected": expected_file("shopping_gold.txt"),
            "options": {"ignore_blanks": True},
        },
        expected={"shopping_gold.txt": gold.encode()},
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
        _files(
            "delete",
            f"Delete the file {OLD_NAME} in the folder Documents for good.",
            [KEPT],
            [OLD_NAME],
        ),
        _edited(
            "append",
            f"Add a line with the word {ADDED} at the end of the open file and save it.",
            f"{NOTE_TEXT}{ADDED}\n",
        ),
        _edited(
            "heading",
            f"Put the line {HEADING} above the first line of the open file and save it.",
            f"{HEADING}\n{NOTE_TEXT}",
        ),
        _edited("first", "Remove the first line of the open file and save it.", NOTE_TEXT.partition("\n")[2]),
    ]
