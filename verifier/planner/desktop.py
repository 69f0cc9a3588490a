"""Goals about files and spreadsheets on a desktop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from verifier.planner.file_checks import CountOfLines, SortedLines
from verifier.planner.phone_files import delete, extend, new_folder, on, rename, write
from verifier.planner.plan import Check, Kind, Plan
from verifier.planner.sheet_checks import AmountSet, SumIn
from verifier.planner.wording import LAST, REST, TEXT, Values, forms

DOCUMENTS = "~/Documents"


def _amount(root: str, values: Values) -> Plan:
    path = f"{root}/{values['file']}"
    return on((path,), AmountSet(path=path, item=values["item"], amount=values["amount"]))


def _sum(root: str, values: Values) -> Plan:
    path = f"{root}/{values['file']}"
    return on((path,), SumIn(path=path, cell=values["cell"].upper()))


def _derived(make: Callable[[str, str, Values], Check], root: str, values: Values) -> Plan:
    path = f"{root}/{values['file']}"
    return on((path,), make(f"{root}/{values['source']}", path, values))


def _count(source: str, path: str, values: Values) -> Check:
    return CountOfLines(source=source, part=values["level"], path=path)


def _sorted(source: str, path: str, values: Values) -> Check:
    return SortedLines(source=source, path=path)


def _kind(name: str, plan: Callable[[str, Values], Plan], *patterns: str) -> Kind:
    return Kind(name=name, platform="desktop", forms=forms(*patterns), plan=partial(plan, DOCUMENTS))


_FILE, _LAST_FILE = rf"(?P<file>{TEXT})", rf"(?P<file>{LAST})"
_SAVED = r" and save the file in the same format"
KINDS: tuple[Kind, ...] = (
    _kind(
        "write file",
        write,
        rf"with the text editor, create the file {_FILE} in the Documents folder with the text: (?P<text>{REST})",
    ),
    _kind(
        "extend file",
        extend,
        rf"add the line “(?P<text>{TEXT})” at the end of Documents/{_FILE}, with the text editor",
    ),
    _kind(
        "new folder",
        new_folder,
        rf"create a folder called (?P<folder>{TEXT}) in the Documents folder, with the file manager",
    ),
    _kind("rename file", rename, rf"rename Documents/{_FILE} to (?P<new>{TEXT}) with the file manager"),
    _kind("delete file", delete, rf"delete Documents/{_FILE} for good with the file manager(?:, and nothing else)?"),
    _kind(
        "set amount",
        _amount,
        rf"in Documents/{_FILE}, change the amount of (?P<item>{TEXT}) to (?P<amount>-?\d+(?:[.,]\d+)?){_SAVED}",
    ),
    _kind(
        "sum of amounts",
        _sum,
        rf"in Documents/{_FILE}, put the sum of all amounts into cell (?P<cell>[A-Z]{{1,3}}[1-9]\d*){_SAVED}",
    ),
    _kind(
        "count lines",
        partial(_derived, _count),
        rf"use the terminal to count the lines of Documents/(?P<source>{TEXT}) that contain (?P<level>\S+?), "
        rf"and write just that number to Documents/{_LAST_FILE}",
    ),
    _kind(
        "sort lines",
        partial(_derived, _sorted),
        r"use the terminal to sort the lines of "
        rf"Documents/(?P<source>{TEXT}) alphabetically into Documents/{_LAST_FILE}",
    ),
)
