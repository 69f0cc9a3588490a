"""Markdown to blocks for the preview: headings, lists, check boxes, quotes, rules, code, paragraphs.

Inline marks (emphasis, code, links) are removed from the shown text. A block is a line or a run of lines; nesting is
kept as an indentation only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

BlockKind: TypeAlias = Literal["heading", "bullet", "number", "checked", "unchecked", "quote", "rule", "code", "text"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """`level` is the heading's level (1 to 6), the indentation of a list item (0 and up), else 0."""

    kind: BlockKind
    text: str = ""
    level: int = 0
    number: int = 0


_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*$")
_CHECK = re.compile(r"(\s*)[-*+]\s+\[([ xX])\]\s+(.*)")
_BULLET = re.compile(r"(\s*)[-*+]\s+(.*)")
_NUMBER = re.compile(r"(\s*)(\d{1,9})[.)]\s+(.*)")
_RULE = re.compile(r"\s{0,3}([-*_])(\s*\1){2,}\s*$")
_IMAGE_OR_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")
_STRONG = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_EMPHASIS = re.compile(r"(?<![\w*])([*_])(?=\S)(.+?)(?<=\S)\1(?![\w*])")
_STRIKE = re.compile(r"~~(.+?)~~")
_CODE = re.compile(r"`([^`]+)`")


def plain(text: str) -> str:
    """`text` without inline marks."""
    text = _IMAGE_OR_LINK.sub(r"\1", text)
    for pattern, group in ((_CODE, r"\1"), (_STRONG, r"\2"), (_STRIKE, r"\1"), (_EMPHASIS, r"\2")):
        text = pattern.sub(group, text)
    return text


def parse_markdown(source: str) -> tuple[Block, ...]:
    """The blocks of `source` in order. Never fails: what is no other kind is text."""
    blocks: list[Block] = []
    paragraph: list[str] = []
    code: list[str] | None = None

    def flush() -> None:
        if paragraph:
            blocks.append(Block(kind="text", text=plain(" ".join(paragraph))))
            paragraph.clear()

    for line in source.splitlines():
        if code is not None:
            if line.strip().startswith("```"):
                blocks.append(Block(kind="code", text="\n".join(code)))
                code = None
            else:
                code.append(line)
        elif line.strip().startswith("```"):
            flush()
            code = []
        elif not line.strip():
            flush()
        elif (block := _single_line_block(line)) is not None:
            flush()
            blocks.append(block)
        else:
            paragraph.append(line.strip())
    if code:
        blocks.append(Block(kind="code", text="\n".join(code)))
    flush()
    return tuple(blocks)


def _single_line_block(line: str) -> Block | None:
    if match := _HEADING.match(line):
        return Block(kind="heading", text=plain(match[2]), level=len(match[1]))
    if _RULE.match(line):
        return Block(kind="rule")
    if match := _CHECK.match(line):
        kind: BlockKind = "unchecked" if match[2] == " " else "checked"
        return Block(kind=kind, text=plain(match[3]), level=len(match[1]) // 2)
    if match := _BULLET.match(line):
        return Block(kind="bullet", text=plain(match[2]), level=len(match[1]) // 2)
    if match := _NUMBER.match(line):
        return Block(kind="number", text=plain(match[3]), level=len(match[1]) // 2, number=int(match[2]))
    if line.lstrip().startswith(">"):
        return Block(kind="quote", text=plain(line.lstrip().lstrip("> ")))
    return None
