"""Which SQL a probe may ask: one statement that reads."""

from __future__ import annotations

import re

from verifier.probes.refusal import ProbeRefused

MAX_CHARACTERS = 4000
_TOKEN = re.compile(
    r"""(?P<space>\s+|--[^\n]*|/\*.*?(?:\*/|\Z))
    |(?P<text>'(?:[^']|'')*')
    |(?P<name>"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\])
    |(?P<word>[A-Za-z_\x80-\U0010ffff][\w$]*)
    |(?P<number>\d[\w.]*|\.\d[\w.]*)
    |(?P<open>\()
    |(?P<end>;)
    |(?P<sign>[-+*/%<>=!|&~,.)?:@\#$])""",
    re.VERBOSE | re.DOTALL,
)


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


READING_PRAGMAS = _set("table_info table_xinfo table_list index_list index_info foreign_key_list user_version encoding")
_WRITING = _set(
    "insert update delete drop create alter attach detach vacuum reindex analyze begin commit rollback savepoint "
    "release pragma"
)
FUNCTIONS = _set(
    "abs avg changes char coalesce count cume_dist date datetime dense_rank exp first_value format glob group_concat "
    "hex ifnull iif instr json json_array json_array_length json_each json_extract json_object json_tree json_type "
    "json_valid julianday lag last_value lead length like likelihood likely lower ltrim max min nth_value ntile nullif "
    "percent_rank pow power printf quote random rank replace round row_number rtrim sign soundex sqlite_version sqrt "
    "strftime string_agg substr substring sum time total trim typeof unhex unicode unixepoch unlikely upper"
)
_BEFORE_BRACKET = _set(
    "all and as between by case distinct else except exists filter from group having in intersect is isnull join like "
    "glob limit materialized not notnull offset on or order over partition regexp match select then union using values "
    "when where with recursive cast collate end"
)


def check_statement(sql: str) -> None:
    """Raises ProbeRefused unless `sql` is one SELECT, WITH … SELECT, VALUES, EXPLAIN of one, or a PRAGMA that tells.

    By what the text says: it calls listed functions only and has no word of a writing statement outside quotes. The
    database it runs on is opened read-only as well; this is what names the fault, and what holds where the guest's own
    `sqlite3` runs it.
    """
    words = _words(sql)
    if not words:
        raise ProbeRefused("no statement", field="sql", fix="write a SELECT")
    if words[0] == "pragma":
        _check_pragma(sql)
        return
    if words[0] not in ("select", "with", "values", "explain"):
        raise ProbeRefused(f"a statement that begins with {words[0][:40]!r}", field="sql", fix="write one SELECT")
    wrong = [word for word in words if word in _WRITING]
    if wrong:
        fix = "only reading is allowed; put a column of that name in double quotes"
        raise ProbeRefused(f"{wrong[0].upper()} in the statement", field="sql", fix=fix)


def _check_pragma(sql: str) -> None:
    found = re.fullmatch(
        r"\s*pragma\s+(?:main\.)?(\w+)\s*(?:\(\s*['\"]?[\w.$ ]+['\"]?\s*\))?\s*;?\s*", sql, re.IGNORECASE
    )
    name = found[1].lower() if found is not None else ""
    takes = "(" in sql
    if name not in READING_PRAGMAS or (takes and not name.endswith(("_info", "_xinfo", "_list"))):
        raise ProbeRefused(f"{sql[:60]!r}", field="sql", fix="PRAGMA table_info(TABLE) is allowed")


def _words(sql: str) -> list[str]:
    """The words outside quotes, in lower case. Raises ProbeRefused for what is no token, or a function not listed."""
    if len(sql) > MAX_CHARACTERS or "\0" in sql:
        raise ProbeRefused(f"{len(sql)} characters", field="sql", fix=f"use at most {MAX_CHARACTERS}, without NUL")
    words: list[str] = []
    before, at = "", 0
    while at < len(sql):
        found = _TOKEN.match(sql, at)
        if found is None:
            raise ProbeRefused(f"{sql[at : at + 20]!r} is no SQL", field="sql", fix="close quotations; use plain SQL")
        at = found.end()
        kind, text = found.lastgroup, found[0].lower()
        if kind == "space":
            continue
        if kind == "end" and sql[at:].strip():
            raise ProbeRefused("more than one statement", field="sql", fix="ask one at a time")
        if kind == "open" and before and before not in FUNCTIONS | _BEFORE_BRACKET:
            raise ProbeRefused(f"function {before[:40]!r}", field="sql", fix=f"known: {' '.join(sorted(FUNCTIONS))}")
        before = text.strip('"`[]') if kind in ("word", "name") else ""
        if kind == "word":
            words.append(text)
    return words
