"""`$(( ... ))`: 64-bit integer arithmetic with the operators of C."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from device_farm.simulator.shell.errors import ExpansionError

_TOKEN: Final = re.compile(
    r"\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%&|^~!<>=?:(),])",
    re.ASCII,
)
_ASSIGNMENTS: Final = frozenset({"=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>="})
_PRECEDENCE: Final = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10, "**": 11,
}  # fmt: skip
_LENGTH_MAX: Final = 10_000


def evaluate(expression: str, get: Callable[[str], str], put: Callable[[str, str], None]) -> int:
    """The value; `get` and `put` are the shell's variables. Raises ExpansionError."""
    tokens = _tokens(expression)
    if not tokens:
        return 0
    machine = _Machine(tokens, get, put)
    try:
        value = machine.comma()
    except RecursionError:
        raise ExpansionError(f"{expression}: expression too deep") from None
    if machine.position < len(tokens):
        raise ExpansionError(f"{expression}: unexpected '{tokens[machine.position]}'")
    return value


def wrap(value: int) -> int:
    """`value` as a signed 64-bit integer."""
    value &= (1 << 64) - 1
    return value - (1 << 64) if value >> 63 else value


def parse_integer(text: str) -> int | None:
    """A decimal, 0x hexadecimal or 0 octal number with an optional sign; None where it is none."""
    if not re.fullmatch(r"\s*[-+]?(0[xX][0-9a-fA-F]+|\d+)\s*", text, re.ASCII) or len(text) > 40:
        return None
    digits = text.strip()
    sign = -1 if digits.startswith("-") else 1
    digits = digits.lstrip("+-")
    if digits[:2] in ("0x", "0X"):
        return sign * int(digits, 16)
    if digits.startswith("0") and re.fullmatch("[0-7]+", digits):
        return sign * int(digits, 8)
    return sign * int(digits)


def _tokens(expression: str) -> list[str]:
    if len(expression) > _LENGTH_MAX:
        raise ExpansionError("expression too long")
    tokens, position = [], 0
    expression = expression.rstrip()
    while position < len(expression):
        found = _TOKEN.match(expression, position)
        if found is None:
            raise ExpansionError(f"{expression}: unexpected '{expression[position:].strip()[:1]}'")
        tokens.append(found.group(1))
        position = found.end()
    return tokens


class _Machine:
    """Evaluates while it parses; `_live` is false in the branch that `?:`, `&&` or `||` leaves out."""

    def __init__(self, tokens: list[str], get: Callable[[str], str], put: Callable[[str, str], None]) -> None:
        self.tokens = tokens
        self.position = 0
        self._get = get
        self._put = put
        self._live = True

    def comma(self) -> int:
        value = self._ternary()
        while self._peek() == ",":
            self.position += 1
            value = self._ternary()
        return value

    def _peek(self, ahead: int = 0) -> str:
        index = self.position + ahead
        return self.tokens[index] if index < len(self.tokens) else ""

    def _take(self) -> str:
        token = self._peek()
        if not token:
            raise ExpansionError(f"{' '.join(self.tokens)}: unexpected end of expression")
        self.position += 1
        return token

    def _ternary(self) -> int:
        name, operator = self._peek(), self._peek(1)
        if _is_name(name) and operator in _ASSIGNMENTS:
            self.position += 2
            value = self._ternary()
            return self._assign(
                name, value if operator == "=" else self._apply(operator[:-1], self._value(name), value)
            )
        condition = self._binary(1)
        if self._peek() != "?":
            return condition
        self.position += 1
        first = self._when(condition != 0, self._ternary)
        if self._take() != ":":
            raise ExpansionError(f"{' '.join(self.tokens)}: missing ':'")
        second = self._when(condition == 0, self._ternary)
        return first if condition else second

    def _when(self, wanted: bool, branch: Callable[[], int]) -> int:
        live = self._live
        self._live = live and wanted
        try:
            return branch()
        finally:
            self._live = live

    def _binary(self, minimum: int) -> int:
        left = self._unary()
        while (rank := _PRECEDENCE.get(self._peek(), 0)) >= minimum:
            operator = self._take()
            if operator == "&&":
                right = self._when(left != 0, lambda: self._binary(rank + 1))
                left = int(left != 0 and right != 0)
            elif operator == "||":
                right = self._when(left == 0, lambda: self._binary(rank + 1))
                left = int(left != 0 or right != 0)
            else:
                right = self._binary(rank if operator == "**" else rank + 1)
                left = self._apply(operator, left, right)
        return left

    def _unary(self) -> int:
        token = self._take()
        match token:
            case "-":
                return wrap(-self._unary())
            case "+":
                return self._unary()
            case "!":
                return int(not self._unary())
            case "~":
                return wrap(~self._unary())
            case "(":
                value = self.comma()
                if self._take() != ")":
                    raise ExpansionError(f"{' '.join(self.tokens)}: missing )")
                return value
            case "++" | "--":
                name = self._take()
                return self._assign(name, self._value(name) + (1 if token == "++" else -1))
        if (number := parse_integer(token)) is not None:
            return wrap(number)
        if not _is_name(token):
            raise ExpansionError(f"{' '.join(self.tokens)}: unexpected '{token}'")
        value = self._value(token)
        if self._peek() in ("++", "--"):
            self._assign(token, value + (1 if self._take() == "++" else -1))
        return value

    def _value(self, name: str) -> int:
        text = self._get(name).strip()
        if not text:
            return 0
        number = parse_integer(text)
        if number is None:
            raise ExpansionError(f"{text}: bad number")
        return wrap(number)

    def _assign(self, name: str, value: int) -> int:
        if not _is_name(name):
            raise ExpansionError(f"{name}: not a name")
        value = wrap(value)
        if self._live:
            self._put(name, str(value))
        return value

    def _apply(self, operator: str, left: int, right: int) -> int:
        match operator:
            case "+":
                return wrap(left + right)
            case "-":
                return wrap(left - right)
            case "*":
                return wrap(left * right)
            case "/" | "%":
                return self._divide(operator, left, right)
            case "**":
                return wrap(pow(left, right, 1 << 64)) if right >= 0 else 0
            case "<<":
                return wrap(left << (right & 63))
            case ">>":
                return wrap(left >> (right & 63))
            case "&":
                return left & right
            case "|":
                return left | right
            case "^":
                return left ^ right
            case "==":
                return int(left == right)
            case "!=":
                return int(left != right)
            case "<":
                return int(left < right)
            case ">":
                return int(left > right)
            case "<=":
                return int(left <= right)
            case _:
                return int(left >= right)

    def _divide(self, operator: str, left: int, right: int) -> int:
        if right == 0:
            if self._live:
                raise ExpansionError("zero divisor")
            return 0
        quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
        return wrap(quotient if operator == "/" else left - quotient * right)


def _is_name(token: str) -> bool:
    return token[:1].isalpha() or token[:1] == "_"
