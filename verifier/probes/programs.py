"""Programs that probes may run, and the arguments of each: what is not listed here is refused.

The options are those that GNU coreutils, toybox and Android's own tools share or have to themselves, less whatever
writes, runs another program, waits for more or sets a value: no `find -exec`, `sort -o`, `tail -f`, `date -s`.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from verifier.probes.options import Check, Forms, Options, refused
from verifier.probes.paths import check_readable, check_tree
from verifier.probes.refusal import ProbeRefused
from verifier.probes.shell_line import HOME, Word
from verifier.probes.statement import check_statement


def check_program(words: Sequence[Word], *, first: bool) -> None:
    """Raises ProbeRefused unless the program and all of its arguments are listed. `first`: nothing is piped into it."""
    name = words[0].text
    check = PROGRAMS.get(name)
    if check is None or words[0].code != name:
        fix = "use one of: " + ", ".join(sorted(PROGRAMS))
        raise ProbeRefused(f"program {name[:60]!r} is not for probes", field="command", fix=fix)
    check(name, words[1:])
    if name in _WIDTHS:
        _check_widths(name, words[1:])
    if name not in _TEXT_ONLY:
        _check_paths(words[1:])
    if first and name in _FILTERS and _reads_input(name, words[1:]):
        raise refused(name, "no file", "name a file, or pipe a command into it")


def holding(words: tuple[Word, ...]) -> tuple[Word, ...]:
    """The words of one command, with the options that hold its program to reading where it needs any."""
    held = tuple(Word(text=text, code=text) for text in _HELD.get(words[0].text, ()))
    there = [word.text for word in words[1 : 1 + len(held)]]
    return words if there == [word.text for word in held] else (words[0], *held, *words[1:])


def _check_paths(arguments: Sequence[Word]) -> None:
    for word in arguments:
        for text in {word.text, word.text.partition("=")[2]}:
            if text.startswith(("/", "./", "../")) or ("/" in text and not text.startswith("-")):
                # Home may be the root itself, as on phones: what lies below it is checked as if it were.
                check_readable(text.replace(HOME, ""), field="command")


def _check_trees(words: Sequence[Word]) -> None:
    for word in words:
        if word.text.rstrip("/") != HOME:
            check_tree(word.text.replace(HOME, ""), field="command")


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


def _printf(name: str, arguments: Sequence[Word]) -> None:
    """Where it is built into the shell, `-v` sets a variable, and runs what stands in the brackets of its name."""
    if not arguments or arguments[0].text.startswith("-"):
        raise refused(name, arguments[0].text[:40] if arguments else "nothing", "begin with the format")


def _check_widths(name: str, arguments: Sequence[Word]) -> None:
    """A field of 999999999 characters is no answer to anything."""
    for word in arguments:
        if (found := _WIDE.search(word.text)) is not None:
            raise refused(name, repr(found[0][:40]), "use widths of at most 3 digits")


def _find(name: str, arguments: Sequence[Word]) -> None:
    rest = iter(arguments)
    opens = False
    for word in rest:
        text = word.text
        if text in _FIND_TESTS:
            if next(rest, None) is None:
                raise refused(name, f"{text} without its value", "give the value")
        elif text == "-exec":
            opens = _check_exec(name, rest) or opens
        elif text not in _FIND_WORDS and (text.startswith("-") or not text.startswith(("/", "."))):
            raise refused(name, repr(text[:40]), "folders begin with / or .; tests: " + " ".join(sorted(_FIND_TESTS)))
    if opens:
        _check_opened(name, arguments)


def _check_opened(name: str, arguments: Sequence[Word]) -> None:
    """What `find` has opened are files, and none that a link or a tree of device nodes leads to."""
    texts = [word.text for word in arguments]
    if "-L" in texts or not any(pair == ("-type", "f") for pair in itertools.pairwise(texts)):
        raise refused(name, "sums of what may be no file", "say -type f, and leave out -L")
    count = next((at for at, text in enumerate(texts) if text.startswith("-") or text in _FIND_WORDS), len(texts))
    _check_trees(arguments[:count] or [Word(text="/", code="/")])


def _check_exec(name: str, rest: Iterator[Word]) -> bool:
    """`find` may hand the names that it finds, which begin with a folder, to a program that only tells of them.

    Whether that program opens them.
    """
    words = []
    for word in rest:
        words.append(word.text)
        if word.text in ("+", ";"):
            break
    told = words[:-2]
    if words[-2:] not in (["{}", "+"], ["{}", ";"]) or not (
        (len(told) == 1 and told[0] in _CHECKSUMS) or (len(told) == 3 and told[:2] == ["stat", "-c"])
    ):
        raise refused(name, "-exec " + " ".join(words)[:60], "it may run sha256sum '{}' + or stat -c FORMAT '{}' +")
    return told[0] in _CHECKSUMS


def _grep(name: str, arguments: Sequence[Word]) -> None:
    _GREP_OPTIONS(name, arguments)
    letters = "".join(word.text[1:] for word in arguments if re.fullmatch(r"-[A-Za-z]+", word.text))
    if set("rR") & set(letters) or any(word.text == "--recursive" for word in arguments):
        folders = [word for word in _GREP_OPTIONS.operands(name, arguments) if word.text.startswith(("/", "."))]
        # Below `/` or `/dev` it would open device nodes.
        _check_trees(folders)
        if not any(word.text.startswith("/") for word in folders):
            raise refused(name, "no folder", "name an absolute one such as /sdcard")


def _diff(name: str, arguments: Sequence[Word]) -> None:
    _DIFF_OPTIONS(name, arguments)
    _check_trees(_DIFF_OPTIONS.operands(name, arguments))


def _sqlite3(name: str, arguments: Sequence[Word]) -> None:
    rest = iter(arguments)
    operands: list[Word] = []
    for word in rest:
        if word.text in ("-separator", "-nullvalue"):
            next(rest, None)
        elif word.text == "-init":
            if next(rest, word).text != "/dev/null":
                raise refused(name, "'-init'", "leave it out")
        elif word.text.startswith("-") and word.text not in _SQLITE_OPTIONS:
            raise refused(name, repr(word.text[:40]), f"these are known: {' '.join(sorted(_SQLITE_OPTIONS))}")
        elif not word.text.startswith("-"):
            operands.append(word)
    if len(operands) != 2 or any(word.glob for word in operands):
        raise refused(name, f"{len(operands)} operands", "give the path of a database and one SELECT in quotes")
    if not operands[0].text.startswith("/"):
        raise refused(name, repr(operands[0].text[:40]), "give the absolute path of a database")
    check_statement(operands[1].text)


def _content(name: str, arguments: Sequence[Word]) -> None:
    texts = [word.text for word in arguments]
    if texts[:1] != ["query"] or len(texts) % 2 == 0:
        raise refused(name, " ".join(texts[:1]) or "nothing", "content query --uri content://… [--where …]")
    for option, value in zip(texts[1::2], texts[2::2], strict=True):
        if option not in ("--uri", "--projection", "--where", "--sort", "--user"):
            raise refused(name, repr(option[:40]), "options are --uri --projection --where --sort --user")
        if option == "--uri" and not re.fullmatch(r"content://[\w.\-]+(/[\w.\-%/]*)?(\?[\w.\-%=&]*)?", value):
            raise refused(name, repr(value[:60]), "a URI looks like content://sms/inbox")
        if value.startswith("-"):
            raise refused(name, repr(value[:40]), "give each option its value")


def _set(names: str) -> frozenset[str]:
    return frozenset(names.split())


_GREP_OPTIONS: Final = Options(
    letters="EFGHILPRacchilnoqrsvwxz", valued="ABCem",
    longs=frozenset({"color", "count", "ignore-case", "recursive", "include", "exclude", "text"}),
)  # fmt: skip
_DIFF_OPTIONS: Final = Options(letters="abBiqruwsy", valued="U", longs=frozenset({"brief"}), least=2, most=2)
_FIND_TESTS: Final = _set(
    "-name -iname -path -ipath -wholename -type -size -mtime -mmin -ctime -atime -newer -newermt -maxdepth -mindepth "
    "-perm -user -group -inum -regex -iregex -links -printf"
)
_FIND_WORDS: Final = _set("-print -print0 -not ! -o -or -a -and ( ) -prune -empty -xdev -L -H -P -true")
_SQLITE_OPTIONS: Final = _set("-batch -bail -readonly -header -noheader -csv -json -line -list -column -tabs -quote")
_NAMESPACE: Final = "system|secure|global"
_KEY: Final = r"[\w.:/][\w.:/\-]*"
_PACKAGE: Final = r"[A-Za-z][\w.]*"
_ANY: Final = "(?s:.*)"
_INTEGER: Final = r"[-+]?\d{1,18}"
# No `-v`, and numbers only where numbers are compared: there shells evaluate `a[$(command)]`, quoted or not.
_TESTS: Final = (
    (_ANY,), ("-[bcdefgGhkLnOprsSuwxz]", _ANY), (_ANY, "=|==|!=|-nt|-ot|-ef", _ANY),
    (_INTEGER, "-(eq|ne|lt|le|gt|ge)", _INTEGER),
)  # fmt: skip
_WIDE: Final = re.compile(r"%[^A-Za-z%]*(?:\d{4}|\*)")
_WIDTHS: Final = _set("date find ls printf stat")
"""Programs that take formats with widths."""
_HELD: Final[Mapping[str, tuple[str, ...]]] = {"sqlite3": ("-readonly", "-init", "/dev/null")}
"""Without these, sqlite3 makes a database that is not there, and first runs what ~/.sqliterc says."""
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
    "diff": _diff,
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
    "printf": _printf,
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
    "test": Forms(forms=(*_TESTS, *(("!", *form) for form in _TESTS))),
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
