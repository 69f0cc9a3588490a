"""What the words of a goal ask to be seen: values, absences, switches. By rules, of no suite in particular."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_HYPHENS: Final = re.compile(r"[\u2010-\u2015\u2212]")
_PHONE: Final = re.compile(r"(?<![\w.-])\+?\(?\d[\d() -]{5,}\d(?!\w)")
_NAME: Final = r"[A-ZÀ-ÖØ-Þ0-9][^\s,.;:?!“”\"]*"
_RUN: Final = re.compile(rf"(?<![\w“\"/.-])[A-ZÀ-ÖØ-Þ][^\s,.;:?!“”\"]*(?:\s+{_NAME})*")
_PATTERNS: Final = (
    re.compile(r"“([^”]+)”|\"([^\"]+)\""),
    re.compile(r"(?<!\d):\s+(?!\+?\d[\d() -]{5,}\d)(.+?)\s*$", re.DOTALL),
    re.compile(r"(?<![\w/])(?:[\w.-]+/)*([\w-][\w.-]*\.[A-Za-z][A-Za-z0-9]{0,9})(?![\w/])"),
    re.compile(r"(?<![\d:])(\d{1,2}:\d{2}(?:\s?[AaPp][Mm])?)(?![\d:])"),
    re.compile(r"(?<!\d)(\d{4}-\d{2}-\d{2})(?!\d)"),
    re.compile(rf"({_PHONE.pattern})"),
    re.compile(rf"\b(?:called|named|into|to)\s+((?:[\w-]+/)*[\w-]*[_\d][\w-]*(?:\s+{_NAME})*)"),
    re.compile(r"\b(\d+ (?:seconds?|minutes?|hours?|days?))\b"),
)
_SECRET: Final = re.compile(r"\bpassword\s+\S+")
_PLACE: Final = re.compile(
    r"\b(?:in|In|from|with|With|Use|Open|by|app)\s+(?:the\s+|its\s+)?(?:folder\s+|subfolder\s+|app\s+|application\s+)?$"
)
_VERBS: Final = frozenset(
    re.findall(
        r"\w+",
        "add answer change clear close connect copy create delete enter erase find give how in is let log look make "
        "mark move new on open put record remove rename replace run save send set show start stop switch take the "
        "there turn use what which with write when where who",
    )
)
_ON_OFF: Final = (
    re.compile(r"\b(?:turn|switch)\s+(?P<what>(?!on\b|off\b)[^,.;]+?)\s+(?P<state>on|off)\b", re.I),
    re.compile(r"\b(?:turn|switch)\s+(?P<state>on|off)\s+(?P<what>(?!after\b)[^,.;]+?)(?=\s+without\b|[,.;]|$)", re.I),
    re.compile(r"\bmake sure that\s+(?P<what>[^,.;]+?)\s+is\s+(?P<state>on|off)\b", re.I),
    re.compile(r"\band then\s+(?P<what>[^\s,.;]+)\s+(?P<state>on|off)\b", re.I),
)
_DELETE: Final = re.compile(r"\b(?:delete|remove|erase)\b\s+(?P<what>.+?)(?=\s+from\b|\s+in\b|[,;]|\.\s|\.$|$)", re.I)
_RENAME: Final = re.compile(r"\brename\b\s+(?P<old>.+?)\s+to\s+(?P<new>.+?)(?=\s+with\b|[,;]|\.\s|\.$|$)", re.I)
_MOVE: Final = re.compile(
    r"\bmove\b\s+(?P<what>.+?)\s+(?:and\s+)?(?:into|to)\s+(?:the\s+|its\s+)?(?:folder\s+|subfolder\s+)?(?P<where>[^,.;]+)",
    re.I,
)
_QUESTION: Final = re.compile(r"\?|\banswer with\b|^(?:what|which|how|who|when|where|is|are)\b", re.I)
_OPEN: Final = re.compile(r"\bopen the app\s+(?P<app>[^.,;]+)", re.I)
_CONNECT: Final = re.compile(r"\bconnect\b", re.I)
_STAR: Final = re.compile(r"\bas an? favou?rite\b", re.I)
_EXTREME: Final = re.compile(r"\bbrightness\b.*\b(maximum|minimum|max|min)\b", re.I)
_RUNNING: Final = re.compile(r"^start\b|\bleave it running\b|\blet it run\b", re.I)
_PAUSED: Final = re.compile(r"\bis paused\b", re.I)
_LAPS: Final = re.compile(r"\b(\d+) laps?\b", re.I)
_SPAN: Final = re.compile(r"\b(?:(\d+) hours?\W+(?:and )?)?(\d+) minutes?(?:,? and|,)? (\d+) seconds?\b")


def folded(text: str) -> str:
    """Case, runs of blanks, kinds of hyphens and of apostrophes do not make two texts differ."""
    plain = _HYPHENS.sub("-", unicodedata.normalize("NFKC", text).casefold()).replace("’", "'")
    return " ".join(plain.split())


def is_phone(text: str) -> bool:
    return _PHONE.fullmatch(text.strip()) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Toggle:
    """A switch, by the words of the goal for it, and how it should stand."""

    what: str
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What should be seen after success.

    `present` are texts, each with the other ways in which a screen may put it; `absent` texts that should be gone;
    `labels` alternatives of which one element should carry one; `into` the folder that something went to.
    """

    present: tuple[tuple[str, ...], ...] = ()
    absent: tuple[str, ...] = ()
    toggles: tuple[Toggle, ...] = ()
    labels: tuple[tuple[str, ...], ...] = ()
    app: str = ""
    into: str = ""
    question: bool = False

    @property
    def readable(self) -> bool:
        """Whether the goal names anything that a screen could show."""
        return bool(self.present or self.absent or self.toggles or self.labels or self.app or self.question)


def wanted_of(goal: str) -> Wanted:
    """The reading of `goal`. A goal that follows no rule here gives a `Wanted` that is not `readable`."""
    # A message may ask something, too.
    question = _QUESTION.search(_PATTERNS[1].sub("", _PATTERNS[0].sub("", goal))) is not None
    toggles = tuple(_toggles(goal))
    opened = _OPEN.search(goal)
    app = opened["app"].strip() if opened else ""
    if question or toggles:
        return Wanted(toggles=toggles, app=app, question=question)
    labels = tuple(_labels(goal))
    if (rename := _RENAME.search(goal)) is not None:
        old, new = _values(rename["old"]), _values(rename["new"]) or (_bare(rename["new"]),)
        return Wanted(present=tuple((text,) for text in new), absent=old, labels=labels)
    if (delete := _DELETE.search(goal)) is not None:
        return Wanted(absent=_values(delete["what"]), labels=labels)
    if (move := _MOVE.search(goal)) is not None:
        return Wanted(present=tuple((text,) for text in _values(move["what"])), into=_bare(move["where"]))
    return Wanted(present=tuple(_spoken(goal)), labels=labels, app=app)


def _toggles(goal: str) -> Iterator[Toggle]:
    seen: set[str] = set()
    for pattern in _ON_OFF:
        for match in pattern.finditer(goal):
            what = folded(match["what"])
            if what not in seen and not any(what in other or other in what for other in seen):
                seen.add(what)
                yield Toggle(what=what, on=match["state"].lower() == "on")


def _labels(goal: str) -> Iterator[tuple[str, ...]]:
    """States that screens put in words of their own, the same in many applications."""
    if _CONNECT.search(goal):
        yield ("connected",)
    if _STAR.search(goal):
        yield ("remove from favorites", "remove from favourites", "unstar")
    if (extreme := _EXTREME.search(goal)) is not None:
        yield ("100%",) if extreme[1].lower().startswith("max") else ("0%",)
    if (laps := _LAPS.search(goal)) is not None:
        yield (f"# {laps[1]}", f"lap {laps[1]}")
    if _RUNNING.search(goal):
        yield ("pause", "stop")
    elif _PAUSED.search(goal):
        yield ("start", "resume")


def _spoken(goal: str) -> Iterator[tuple[str, ...]]:
    """The values, with a length of time put as clocks put it."""
    span = _SPAN.search(goal)
    if span is not None:
        hours, minutes, seconds = int(span[1] or 0), int(span[2]), int(span[3])
        clock = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
        short = (f"{hours}h " if hours else "") + f"{minutes}m {seconds}s"
        yield (clock, short)
        goal = goal[: span.start()] + goal[span.end() :]
    for value in _values(goal):
        yield (value,)


def _bare(text: str) -> str:
    return text.strip(" .“”\"'")


def _values(text: str) -> tuple[str, ...]:
    """Quoted texts, texts after a colon, file names, times, dates, numbers to call, lengths of time, names."""
    rest = _SECRET.sub(" ", text)
    found: list[str] = []
    for pattern in _PATTERNS:
        for match in pattern.finditer(rest):
            value = next(group for group in match.groups() if group)
            found.append(_bare(value) if pattern is not _PATTERNS[0] else value.strip())
        rest = pattern.sub(lambda match: "\0" * len(match.group()), rest)
    found += _names(rest)
    return tuple(dict.fromkeys(value for value in found if value))


def _names(text: str) -> Iterator[str]:
    """Runs of capitalised words, but for the word that begins a sentence, and for the places where it happens."""
    for match in _RUN.finditer(text):
        words = match.group().replace("\0", " ").split()
        if words and words[0].casefold() in _VERBS:
            words = words[1:]
        name = " ".join(words)
        if len(name) >= 3 and name != "Wi-Fi" and not _PLACE.search(text[: match.start()]):
            yield name
