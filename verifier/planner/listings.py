"""Lists of rows as goals and notes write them: a table with `|` between the cells, or a block of lines for each."""

from __future__ import annotations

from verifier.planner.tables import Row


def rows_in(text: str, columns: tuple[str, ...], noun: str) -> list[Row] | None:
    """The rows of `text`; None where it is no such list to the letter, or an empty one.

    The table begins with the names of the columns. A block begins with `noun: ` and the first column's value, and has
    ` NAME: VALUE` for each of the others; blocks stand apart by an empty line.
    """
    head, *lines = text.strip("\n").split("\n")
    found = _table(lines, columns) if head == "|".join(columns) else _blocks(text.strip("\n"), columns, noun)
    return found or None


def _table(lines: list[str], columns: tuple[str, ...]) -> list[Row] | None:
    rows: list[Row] = []
    for line in lines:
        cells = line.split("|")
        if len(cells) != len(columns):
            return None
        rows.append(dict(zip(columns, cells, strict=True)))
    return rows


def _blocks(text: str, columns: tuple[str, ...], noun: str) -> list[Row] | None:
    labels = (f"{noun}: ", *(f" {column}: " for column in columns[1:]))
    rows: list[Row] = []
    for block in text.split("\n\n"):
        lines = block.split("\n")
        if len(lines) != len(labels) or not all(map(str.startswith, lines, labels)):
            return None
        values = [line.removeprefix(label) for line, label in zip(lines, labels, strict=True)]
        rows.append(dict(zip(columns, values, strict=True)))
    return rows
