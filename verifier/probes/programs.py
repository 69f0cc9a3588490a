"""Programs that probes may run, and the arguments of each: what is not listed here is refused.

The options are those that GNU coreutils, toybox and Android's own tools share or have to themselves, less whatever
writes, runs another program, waits for more or sets a value: no `find -exec`, `sort -o`, `tail -f`, `date -s`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from verifier.probes.paths import check_readable
from verifier.probes.refusal import ProbeRefused
from verifier.probes.shell_line import Word
from verifier.probes.statement import check_statement

Check: TypeAlias = Callable[[str, Sequence[Word]], None]
"""Given the program's name and its arguments, raises ProbeRefused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """`letters` stand alone or in clusters, `valued` take the rest of their word or the next one; `longs` without `--`.

    A long option's value comes after `=`. `numeric` allows `-5`. From `least` to `most` operands.
    """

    letters: str = ""
    valued: str = ""
    longs: frozenset[str] = frozenset()
    least: int = 0
    most: int = 64
    numeric: bool = False
    operand: re.Pattern[str] | None = None

    def __call__(self, name: str, arguments: Sequence[Word]) -> None:
        operands = self.operands(name, arguments)
        if not self.least <= len(operands) <= self.most:
            wanted = f"{self.least} to {self.most}" if self.least != self.most else str(self.least)
            raise _refused(name, f"{len(operands)} operands", f"give {wanted}")
        for word in operands:
            if self.operand is not None and not self.operand.fullmatch(word.text):
                raise _refused(name, repr(word.text[:80]), f"operands look like {self.operand.pattern}")

    def operands(self, name: str, arguments: Sequence[Word]) -> list[Word]:
        """What is left after the options. Raises ProbeRefused for an option that is not listed."""
        operands: list[Word] = []
        rest = iter(arguments)
        for word in rest:
            text = word.text
            if text == "--":
                operands.extend(rest)
            elif text.startswith("--"):
                self._check_long(name, text)
            elif not text.startswith("-") or text == "-":
                operands.append(word)
            elif self._takes_next(name, text):
                value = next(rest, None)
                if value is None:
                    raise _refused(name, f"{text} without its value", "give the value")
        return operands

    def _check_long(self, name: str, text: str) -> None:
        if text[2:].partition("=")[0] not in self.longs:
            known = ", ".join(f"--{long}" for long in sorted(self.longs))
            raise _refused(name, repr(text[:40]), f"these are known: {known}" if known else "use short options")

    def _takes_next(self, name: str, text: str) -> bool:
        if self.numeric and text[1:].isascii() and text[1:].isdigit():
            return False
        for at, letter in enumerate(text[1:], 2):
            if letter in self.valued:
                return at == len(text)
            if letter not in self.letters:
                known = " ".join(f"-{known}" for known in self.letters + self.valued)
                raise _refused(name, f"option -{letter} in {text[:40]!r}", f"these are known: {known or 'none'}")
        return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Forms:
    """The arguments are, word by word, one of `forms` (regular expressions, each for a whole word)."""

    forms: tuple[tuple[str, ...], ...]

    def __call__(self, name: str, arguments: Sequence[Word]) -> None:
        texts = [word.text for word in arguments]
        for form in self.forms:
            if len(form) == len(texts) and all(map(re.fullmatch, form, texts)):
                return
        shapes = "; ".join(" ".join((name, *form)) for form in self.forms)
        raise _refused(name, " ".join(texts)[:80] or "no arguments", f"allowed are, as patterns: {shapes}")


def _refused(name: str, what: str, fix: str) -> ProbeRefused:
    return ProbeRefused(f"{name}: {what} is not for probes", field="command", fix=fix)


def check_program(words: Sequence[Word], *, first: bool) -> None:
    """Raises ProbeRefused unless the program and all of its arguments are listed. `first`: nothing is piped into it."""
    name = words[0].text
    check = PROGRAMS.get(name)
    if check is None or words[0].code != name:
        fix = "use one of: " + ", ".join(sorted(PROGRAMS))
        raise ProbeRefused(f"program {name[:60]!r} is not for probes", field="command", fix=fix)
    check(name, words[1:])
    if name not in _TEXT_ONLY:
        _check_paths(words[1:])
    if first and name in _FILTERS and _reads_input(name, words[1:]):
        raise _refused(name, "no file", "name a file, or pipe a command into it")


def _check_paths(arguments: Sequence[Word]) -> None:
    for word in arguments:
        for text in {word.text, word.text.partition("=")[2]}:
            if text.startswith(("/", "./", "../")) or ("/" in text and not text.startswith("-")):
                check_readable(text, field="command")


def _reads_input(name: str, arguments: Sequence[Word]) -> bool:
    """Whether the program would wait for its input: it has no file to read, or reads `-`."""
    options = _GREP_OPTIONS if name in _GREPS else PROGRAMS[name]
    if not isinstance(options, Options):
        raise AssertionError(f"{name} is listed as a filter without options")
    operands = [word.text for word in options.operands(name, arguments)]
    pattern = name in _GREPS and not any(word.text.startswith("-e") for word in arguments)
    return len(operands) - pattern < _FILTERS[name] or "-" in operands[pattern:]


def _anything(name: str, arguments: Sequence[Word]) -> None:
    """For programs that no argument makes do more than print."""


def _find(name: str, arguments: Sequence[Word]) -> None:
    rest = iter(arguments)
    for word in rest:
        text = word.text
        if text in _FIND_TESTS:
            if next(rest, None) is None:
                raise _refused(name, f"{text} without its value", "give the value")
        elif text == "-exec":
            _check_exec(name, rest)
        elif text not in _FIND_WORDS and (text.startswith("-") or not text.startswith(("/", "."))):
            raise _refused(name, repr(text[:40]), "folders begin with / or .; tests: " + " ".join(sorted(_FIND_TESTS)))


def _check_exec(name: str, rest: Iterator[Word]) -> None:
    """`find` may hand the names that it finds, which begin with a folder, to a program that only tells of them."""
    words = []
    for word in rest:
        words.append(word.text)
        if word.text in ("+", ";"):
            break
    told = words[:-2]
    if words[-2:] not in (["{}", "+"], ["{}", ";"]) or not (
        (len(told) == 1 and told[0] in _CHECKSUMS) or (len(told) == 3 and told[:2] == ["stat", "-c"])
    ):
        raise _refused(name, "-exec " + " ".join(words)[:60], "it may run sha256sum '{}' + or stat -c FORMAT '{}' +")


def _grep(name: str, arguments: Sequence[Word]) -> None:
    _GREP_OPTIONS(name, arguments)
    letters = "".join(word.text[1:] for word in arguments if re.fullmatch(r"-[A-Za-z]+", word.text))
    if set("rR") & set(letters) or any(word.text == "--recursive" for word in arguments):
        # Over the whole tree it would open device nodes.
        if any(re.fullmatch(r"/*(\.{0,2}/*)*", word.text) for word in arguments if word.text):
            raise _refused(name, "the whole tree", "name a folder such as /sdcard")
        if not any(word.text.startswith("/") for word in arguments):
            raise _refused(name, "no folder", "name an absolute one such as /sdcard")


def _sqlite3(name: str, arguments: Sequence[Word]) -> None:
    rest = iter(arguments)
    operands: list[Word] = []
    for word in rest:
        if word.text in ("-separator", "-nullvalue"):
            next(rest, None)
        elif word.text.startswith("-") and word.text not in _SQLITE_OPTIONS:
            raise _refused(name, repr(word.text[:40]), f"these are known: {' '.join(sorted(_SQLITE_OPTIONS))}")
        elif not word.text.startswith("-"):
            operands.append(word)
    if len(operands) != 2 or any(word.glob for word in operands):
        raise _refused(name, f"{len(operands)} operands", "give the path of a database and one SELECT in quotes")
    if not operands[0].text.startswith("/"):
        raise _refused(name, repr(operands[0].text[:40]), "give the absolute path of a database")
    check_statement(operands[1].text)


def _content(name: str, arguments: Sequence[Word]) -> None:
    texts = [word.text for word in arguments]
    if texts[:1] != ["query"] or len(texts) % 2 == 0:
        raise _refused(name, " ".join(texts[:1]) or "nothing", "content query --uri content://… [--where …]")
    for option, value in zip(texts[1::2], texts[2::2], strict=True):
        if option not in ("--uri", "--projection", "--where", "--sort", "--user"):
            raise _refused(name, repr(option[:40]), "options are --uri --projection --where --sort --user")
        if option == "--uri" and not re.fullmatch(r"content://[\w.\-]+(/[\w.\-%/]*)?(\?[\w.\-%=&]*)?", value):
            raise _refused(name, repr(value[:60]), "a URI looks like content://sms/inbox")
        if value.startswith("-"):
            raise _refused(name, repr(value[:40]), "give each option its value")


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_GREP_OPTIONS: Final = Options(
    letters="EFGHILPRacchilnoqrsvwxz", valued="ABCem",
    longs=frozenset({"color", "count", "ignore-case", "recursive", "include", "exclude", "text"}),
)  # fmt: skip
_FIND_TESTS: Final = _set(
    "-name -iname -path -ipath -wholename -type -size -mtime -mmin -ctime -atime -newer -newermt -maxdepth -mindepth "
    "-perm -user -group -inum -regex -iregex -links -printf"
)
_FIND_WORDS: Final = _set("-print -print0 -not ! -o -or -a -and ( ) -prune -empty -xdev -L -H -P -true")
_SQLITE_OPTIONS: Final = _set("-batch -bail -readonly -header -noheader -csv -json -line -list -column -tabs -quote")
_NAMESPACE: Final = "system|secure|global"
_KEY: Final = r"[\w.:/][\w.:/\-]*"
_PACKAGE: Final = r"[A-Za-z][\w.]*"
_CHECKSUMS: Final = _set("md5sum sha1sum sha256sum sha512sum")
_CHECKSUM: Final = Options(letters="bt", least=0)
_FORMAT: Final = Options(letters="u", valued="dr", longs=frozenset({"utc"}), operand=re.compile(r"\+.*", re.DOTALL))
_PM_LIST: Final = ("list", "packages|features|libraries|permissions|permission-groups|users|instrumentation")

_DUMPSYS: Final = (
    ("-l",),
    ("activity", "activities|a|recents|r|top|services|broadcasts|processes|starter|containers|lru"),
    ("window", "windows|w|displays|d|policy|p|tokens|t|sessions|s|visible|visible-apps|lastanr|a|all"),
    ("package", _PACKAGE),
    ("package", "packages|permissions|features|preferred-xml|users"),
    ("notification", "--noredact"),
    (
        "activity|alarm|appops|audio|battery|bluetooth_manager|connectivity|cpuinfo|diskstats|display|input|"
        "input_method|jobscheduler|location|media_session|meminfo|netpolicy|notification|package|power|sensorservice|"
        "statusbar|telecom|telephony.registry|uimode|usagestats|user|vibrator|wallpaper|wifi|window",
    ),
)

PROGRAMS: Final[Mapping[str, Check]] = {
    "basename": Options(letters="a", valued="s", least=1),
    "base64": Options(letters="di", valued="w", most=1),
    "cat": Options(letters="AETbenstuv"),
    "cksum": _CHECKSUM,
    "cmd": Forms(forms=(
        ("package", *_PM_LIST), ("package", *_PM_LIST, "-[3deisfUu]|--user|" + _PACKAGE),
        ("package", "path", _PACKAGE), ("uimode", "night"), ("appops", "get", _PACKAGE),
        ("appops", "get", _PACKAGE, r"\w+"), ("notification", "list"), ("overlay", "list"),
        ("locale", "get-app-locales", _PACKAGE),
    )),
    "cmp": Options(letters="ls", least=2, most=2),
    "content": _content,
    "cut": Options(letters="sn", valued="bcdf", longs=frozenset({"complement", "output-delimiter"})),
    "date": _FORMAT,
    "df": Options(letters="PhkT"),
    "diff": Options(letters="abBiqruwsy", valued="U", longs=frozenset({"brief"}), least=2, most=2),
    "dirname": Options(least=1),
    "du": Options(letters="abchkms", valued="d", longs=frozenset({"max-depth", "apparent-size"})),
    "dumpsys": Forms(forms=_DUMPSYS),
    "echo": _anything,
    "egrep": _grep,
    "false": _anything,
    "fgrep": _grep,
    "find": _find,
    "free": Options(letters="bkmgh", most=0),
    "getenforce": Options(most=0),
    "getprop": Options(letters="T", most=2),
    "grep": _grep,
    "groups": Options(most=0),
    "gsettings": Forms(forms=(
        ("get", r"[\w.\-]+", r"[\w\-]+"), ("list-keys", r"[\w.\-]+"), ("list-schemas",),
        ("list-recursively", r"[\w.\-]+"),
    )),
    "head": Options(letters="qv", valued="nc", longs=frozenset({"lines", "bytes"}), numeric=True),
    "hostname": Options(most=0),
    "id": Options(letters="GZgnru", most=1),
    "ime": Forms(forms=(("list",), ("list", "-[as]"), ("list", "-a", "-s"), ("list", "-s", "-a"))),
    "ls": Options(
        letters="1ACFHLRSUadghiklmnopqrstux", valued="",
        longs=frozenset({"full-time", "color", "all", "almost-all", "time-style", "human-readable", "recursive"}),
    ),
    "md5sum": _CHECKSUM,
    "nl": Options(valued="b", most=1),
    "nproc": Options(most=0),
    "od": Options(letters="cvx", valued="AtNj"),
    "pgrep": Options(letters="flaxno", valued="u", least=1, most=1),
    "pidof": Options(letters="s", least=1),
    "pm": Forms(forms=(
        _PM_LIST, (*_PM_LIST, "-[3deisfUu]|" + _PACKAGE), (*_PM_LIST, "-[3deisfUu]", "-[3deisfUu]|" + _PACKAGE),
        ("path", _PACKAGE), ("dump", _PACKAGE), ("get-max-users",),
    )),
    "printenv": Options(most=1, operand=re.compile(r"\w+")),
    "printf": _anything,
    "ps": Options(letters="AaefuwxlTZ", valued="opC", operand=re.compile("aux|ax|a|x|u"), most=1),
    "pwd": Options(letters="LP", most=0),
    "readlink": Options(letters="efmn", least=1),
    "realpath": Options(letters="emqs", least=1),
    "settings": Forms(forms=(
        ("get", _NAMESPACE, _KEY), ("list", _NAMESPACE),
        ("--user", r"\d+|current", "get", _NAMESPACE, _KEY), ("get", "--user", r"\d+|current", _NAMESPACE, _KEY),
    )),
    "sha1sum": _CHECKSUM,
    "sha256sum": _CHECKSUM,
    "sha512sum": _CHECKSUM,
    "sort": Options(letters="Vbcdfghinrsuz", valued="kt", longs=frozenset({"reverse", "unique", "numeric-sort"})),
    "sqlite3": _sqlite3,
    "stat": Options(letters="Lft", valued="c", longs=frozenset({"format", "printf"}), least=1),
    "tac": Options(most=1),
    "tail": Options(letters="qv", valued="nc", longs=frozenset({"lines", "bytes"}), numeric=True),
    "test": _anything,
    "tr": Options(letters="cds", least=1, most=2),
    "true": _anything,
    "uname": Options(letters="amnoprsv", most=0),
    "uniq": Options(letters="cdiuz", valued="fsw", most=0),
    "unzip": Forms(forms=(("-l|-lv|-v|-Z1", r"/.+"), ("-p", r"/.+", r"[^-].*"))),
    "uptime": Options(letters="ps", most=0),
    "wc": Options(letters="Lclmw"),
    "which": Options(letters="a", least=1),
    "whoami": Options(most=0),
    "wm": Forms(forms=(("size",), ("density",))),
    "wmctrl": Forms(forms=((r"-(l|lp|lx|lG|lpG|lpx|lGx|lpGx|d|m)",),)),
}  # fmt: skip

_TEXT_ONLY: Final = frozenset({"content", "date", "dumpsys", "echo", "false", "printf", "settings", "test", "true"})
"""Programs whose words are no paths, or that do not read what lies at them."""

_FILTERS: Final[Mapping[str, int]] = {
    **dict.fromkeys(
        _set("base64 cat cksum head cut egrep fgrep grep md5sum nl od sha1sum sha256sum sha512sum sort tac tail wc"), 1
    ),
    **dict.fromkeys(_set("tr uniq"), 99),
}
"""Programs that read their input where fewer files than these are named; `tr` and `uniq` always do."""
_GREPS: Final = _set("grep egrep fgrep")
