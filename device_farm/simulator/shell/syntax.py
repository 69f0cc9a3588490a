"""The syntax tree of a command line. Immutable, so that one parse serves every phone."""

from __future__ import annotations

from dataclasses import dataclass

# Words


@dataclass(frozen=True, slots=True)
class Literal:
    """Plain text. Quoted text is neither split nor matched against file names."""

    text: str
    quoted: bool


@dataclass(frozen=True, slots=True)
class Variable:
    """`$name` or `${name OPERATOR operand}`; name may be a digit or one of `? $ # @ * ! -`.

    `operator` is "" or one of `:- - := = :+ + :? ? # ## % %% length / // slice`.
    """

    name: str
    quoted: bool
    operator: str = ""
    operand: Word = ()
    replacement: Word = ()


@dataclass(frozen=True, slots=True)
class Substitution:
    """`$(...)` or backticks."""

    body: Sequence
    quoted: bool


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`$((...))`; the expression is expanded before it is worked out."""

    expression: Word
    quoted: bool


WordPart = Literal | Variable | Substitution | Arithmetic
Word = tuple[WordPart, ...]

# Commands


@dataclass(frozen=True, slots=True)
class Redirect:
    """`operator` is one of `< > >> >| <> <& >& &> &>> <<<` or `<<` (then `target` is the text)."""

    descriptor: int
    operator: str
    target: Word


@dataclass(frozen=True, slots=True)
class Assignment:
    name: str
    value: Word
    append: bool = False


@dataclass(frozen=True, slots=True)
class Simple:
    assignments: tuple[Assignment, ...]
    words: tuple[Word, ...]
    redirects: tuple[Redirect, ...]


@dataclass(frozen=True, slots=True)
class If:
    """(condition, body) of `if` and each `elif`, then the `else`."""

    branches: tuple[tuple[Sequence, Sequence], ...]
    otherwise: Sequence | None


@dataclass(frozen=True, slots=True)
class For:
    """Without `words`: over the positional parameters."""

    name: str
    words: tuple[Word, ...] | None
    body: Sequence


@dataclass(frozen=True, slots=True)
class While:
    condition: Sequence
    body: Sequence
    until: bool


@dataclass(frozen=True, slots=True)
class Case:
    word: Word
    arms: tuple[tuple[tuple[Word, ...], Sequence], ...]


@dataclass(frozen=True, slots=True)
class Group:
    body: Sequence


@dataclass(frozen=True, slots=True)
class Subshell:
    body: Sequence


@dataclass(frozen=True, slots=True)
class Function:
    name: str
    body: Command


@dataclass(frozen=True, slots=True)
class Conditional:
    """`[[ ... ]]`: words and the operators `&& || ! ( )`, in order."""

    tokens: tuple[Word | str, ...]


@dataclass(frozen=True, slots=True)
class Redirected:
    """A compound command with redirects behind it."""

    command: Command
    redirects: tuple[Redirect, ...]


Command = Simple | If | For | While | Case | Group | Subshell | Function | Conditional | Redirected


@dataclass(frozen=True, slots=True)
class Pipeline:
    negated: bool
    stages: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class AndOr:
    """`first`, then (operator, pipeline) with `&&` or `||`. A background one is run like any other."""

    first: Pipeline
    rest: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[AndOr, ...]
