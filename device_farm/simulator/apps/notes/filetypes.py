"""Document formats of the notes app and the endings that they are known by."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentFormat:
    """An entry of the type list in the new-file dialog. The first of `extensions` is the one a new file gets."""

    name: str
    extensions: tuple[str, ...]


FORMATS: tuple[DocumentFormat, ...] = (
    DocumentFormat(name="Markdown", extensions=(".md", ".markdown")),
    DocumentFormat(name="Plain Text", extensions=(".txt", ".text", ".log")),
    DocumentFormat(name="todo.txt", extensions=(".todo.txt",)),
    DocumentFormat(name="Wikitext", extensions=(".txt", ".wiki")),
    DocumentFormat(name="AsciiDoc", extensions=(".adoc", ".asciidoc")),
    DocumentFormat(name="CSV", extensions=(".csv",)),
    DocumentFormat(name="OrgMode", extensions=(".org",)),
    DocumentFormat(name="None", extensions=("",)),
)

_OTHER_TEXT = (".json", ".xml", ".html", ".htm", ".yaml", ".yml", ".toml", ".ini", ".conf", ".py", ".js", ".css")
_LOOKED_AT = 4096
_FORBIDDEN = '\\/:*?"<>|\0\n\r'


def is_text_name(name: str) -> bool:
    """Whether the notes app opens a file of this name for editing."""
    lowered = name.lower()
    endings = [ending for entry in FORMATS for ending in entry.extensions if ending]
    return lowered.endswith((*endings, *_OTHER_TEXT))


def is_text_data(data: bytes) -> bool:
    """Whether a file that its name says nothing about reads as text."""
    try:
        return "\0" not in data[:_LOOKED_AT].decode("utf-8", "strict" if len(data) <= _LOOKED_AT else "ignore")
    except UnicodeDecodeError:
        return False


def is_markdown_name(name: str) -> bool:
    return name.lower().endswith(FORMATS[0].extensions)


def usable_name(entered: str) -> str:
    """`entered` without outer blanks, and with an underscore for each character that a file name cannot hold."""
    cleaned = "".join("_" if character in _FORBIDDEN else character for character in entered.strip())
    return "" if cleaned in (".", "..") else cleaned


def split_extension(name: str) -> tuple[str, str]:
    """Name and ending with its dot; a leading dot is part of the name."""
    head, dot, tail = name.rpartition(".")
    return (head, dot + tail) if head else (name, "")


def word_counts(text: str) -> tuple[int, int, int]:
    """Lines, words and characters of `text`."""
    return (text.count("\n") + 1 if text else 0, len(text.split()), len(text))
