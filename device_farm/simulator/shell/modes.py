"""File modes as text: `drwxrwx---`, `u+x`, `755`."""

from __future__ import annotations

import re
import stat

_SYMBOLIC = re.compile(r"([ugoa]*)((?:[-+=][rwxXst]*)+)")


def mode_text(mode: int) -> str:
    """As the first column of `ls -l`."""
    return stat.filemode(mode)


def parse_mode(text: str, old: int, *, is_dir: bool) -> int | None:
    """The permission bits that `text` (octal or symbolic) makes of `old`; None where it makes no sense."""
    if re.fullmatch("[0-7]{1,5}", text):
        return int(text, 8) & 0o7777
    mode = old & 0o7777
    for clause in text.split(","):
        found = _SYMBOLIC.fullmatch(clause)
        if found is None:
            return None
        who = found.group(1).replace("a", "ugo") or "ugo"
        for operator, letters in re.findall(r"([-+=])([rwxXst]*)", found.group(2)):
            mode = _change(mode, who, operator, letters, is_dir=is_dir)
    return mode


def _change(mode: int, who: str, operator: str, letters: str, *, is_dir: bool) -> int:
    runs = is_dir or bool(mode & 0o111)
    bits = ("r" in letters) * 4 | ("w" in letters) * 2 | ("x" in letters or ("X" in letters and runs)) * 1
    mask = change = 0
    for name, shift, special in (("u", 6, stat.S_ISUID), ("g", 3, stat.S_ISGID), ("o", 0, 0)):
        if name in who:
            mask |= 7 << shift
            change |= bits << shift | ("s" in letters) * special
    change |= ("t" in letters) * stat.S_ISVTX
    match operator:
        case "+":
            return mode | change
        case "-":
            return mode & ~change
        case _:
            return mode & ~mask | change
