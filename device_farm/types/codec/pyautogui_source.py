"""pyautogui source as a list of calls: read as a syntax tree against an allow-list, never run.

Allowed: imports of pyautogui, time and pyperclip; calls of pyautogui's mouse and keyboard functions, `time.sleep` and
`pyperclip.copy` with constant arguments; names bound to constants; `for` over constants; `with pyautogui.hold(...)`.
Everything else is refused with its line.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from device_farm.errors import DialectError

Constant: TypeAlias = str | float | int | bool | None | tuple["Constant", ...]

CALLS_MAX: Final = 1000
"""Calls of one source, loops unrolled."""
_STATEMENTS_MAX: Final = 10_000
SOURCE_MAX: Final = 200_000
"""Characters of one source: a long text may be typed with it."""
_TEXT_MAX: Final = 100_000
_MODULES: Final = frozenset({"pyautogui", "time", "pyperclip"})
_SETTINGS: Final = frozenset({"FAILSAFE", "PAUSE", "MINIMUM_DURATION", "MINIMUM_SLEEP"})
_POINT: Final = ("x", "y")
_CLICK: Final = (*_POINT, "clicks", "interval", "button", "duration", "tween", "logScreenshot", "_pause")
_TWIN: Final = (*_POINT, "interval", "button", "duration", "tween", "logScreenshot", "_pause")
_SIDE: Final = (*_POINT, "interval", "duration", "tween", "logScreenshot", "_pause")
_MOVE: Final = (*_POINT, "duration", "tween", "logScreenshot", "_pause")
_SHIFT: Final = ("xOffset", "yOffset", "duration", "tween", "logScreenshot", "_pause")
_DRAG: Final = (*_POINT, "duration", "tween", "button", "logScreenshot", "_pause", "mouseDownUp")
_PULL: Final = ("xOffset", "yOffset", "duration", "tween", "button", "logScreenshot", "_pause", "mouseDownUp")
_BUTTON: Final = (*_POINT, "button", "duration", "tween", "logScreenshot", "_pause")
_WHEEL: Final = ("clicks", *_POINT, "logScreenshot", "_pause")
_TEXT: Final = ("message", "interval", "logScreenshot", "_pause")
_KEY: Final = ("key", "logScreenshot", "_pause")

PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "click": _CLICK,
    "leftClick": _SIDE,
    "rightClick": _SIDE,
    "middleClick": _SIDE,
    "doubleClick": _TWIN,
    "tripleClick": _TWIN,
    "moveTo": _MOVE,
    "moveRel": _SHIFT,
    "move": _SHIFT,
    "dragTo": _DRAG,
    "dragRel": _PULL,
    "drag": _PULL,
    "mouseDown": _BUTTON,
    "mouseUp": _BUTTON,
    "scroll": _WHEEL,
    "vscroll": _WHEEL,
    "hscroll": _WHEEL,
    "write": _TEXT,
    "typewrite": _TEXT,
    "press": ("keys", "presses", "interval", "logScreenshot", "_pause"),
    "keyDown": _KEY,
    "keyUp": _KEY,
    "hotkey": (),
    "sleep": ("seconds",),
    "copy": ("text",),
}
"""The functions that are understood, with their parameters in pyautogui's order; `hotkey` takes any number of keys."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call with constant arguments by name; those of `hotkey` are a tuple under `keys`."""

    function: str
    arguments: Mapping[str, Constant]
    line: int


def mentions_pyautogui(source: str) -> bool:
    """Whether the program uses pyautogui beyond importing and configuring it: only then is it for mouse and keyboard.

    Source that is no Python mentions it where its text does.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "pyautogui" in source
    used = (node for statement in tree.body if not _is_preamble(statement) for node in ast.walk(statement))
    return any(
        (isinstance(node, ast.Name) and node.id in ("pyautogui", "pyperclip"))
        or (isinstance(node, ast.ImportFrom) and node.module == "pyautogui")
        or (isinstance(node, ast.Import) and any(a.name == "pyautogui" and a.asname for a in node.names))
        for node in used
    )


def without_preamble(source: str) -> str:
    """`source` without importing and configuring pyautogui, for programs that have no other use for it."""
    tree = ast.parse(source)
    kept = [statement for statement in tree.body if not _is_preamble(statement)]
    imports = [ast.Import(names=[ast.alias(name="time")])] if kept else []
    return ast.unparse(ast.fix_missing_locations(ast.Module(body=[*imports, *kept], type_ignores=[])))


def _is_preamble(statement: ast.stmt) -> bool:
    """`import pyautogui`, `import time`, `pyautogui.FAILSAFE = False`."""
    match statement:
        case ast.Import(names=names):
            return all(alias.name in _MODULES and alias.asname is None for alias in names)
        case ast.Assign(targets=[ast.Attribute(value=ast.Name(id="pyautogui"), attr=attribute)]):
            return attribute in _SETTINGS
    return False


def parse_source(source: str) -> list[Call]:
    """The calls that the program makes, in order.

    Raises:
        DialectError: it is no Python, does more than is allowed, or makes more than CALLS_MAX calls; names the line.
    """
    if len(source) > SOURCE_MAX:
        raise DialectError(f"the source has {len(source)} characters", field="source", fix=f"at most {SOURCE_MAX}")
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise DialectError(f"line {error.lineno}: {error.msg}", field="source", fix="send valid Python") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise DialectError(f"it is no Python: {error}", field="source", fix="send valid Python") from error
    reader = _Reader()
    reader.block(tree.body)
    return reader.calls


def _refuse(node: ast.AST, what: str) -> DialectError:
    line = getattr(node, "lineno", 0)
    fix = "use pyautogui's mouse and keyboard functions with constant arguments"
    return DialectError(f"line {line}: {what}", field="source", fix=fix)


@dataclass(slots=True)
class _Reader:
    """Walks the statements; `names` are modules and functions by the name they have, `values` constants."""

    calls: list[Call] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=lambda: {name: name for name in _MODULES})
    values: dict[str, Constant] = field(default_factory=dict)
    statements: int = 0

    def block(self, statements: Sequence[ast.stmt]) -> None:
        for statement in statements:
            self.statements += 1
            if self.statements > _STATEMENTS_MAX:
                raise _refuse(statement, f"more than {_STATEMENTS_MAX} statements, loops unrolled")
            self._statement(statement)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Import(names=names):
                for alias in names:
                    self._import(node, alias.name, alias.asname or alias.name)
            case ast.ImportFrom(module=module, names=names, level=0) if module in _MODULES:
                for alias in names:
                    self._import(node, f"{module}.{alias.name}", alias.asname or alias.name)
            case ast.Expr(value=ast.Call() as call):
                self._add(self._call(call), call)
            case ast.Expr(value=ast.Constant()) | ast.Pass():
                pass
            case ast.Assign(targets=[target], value=value):
                self._assign(target, value)
            case ast.For(target=ast.Name(id=name), iter=iterable, body=body, orelse=[]):
                for item in self._items(iterable):
                    self.values[name] = item
                    self.block(body)
            case ast.With(items=[ast.withitem(context_expr=ast.Call() as call, optional_vars=None)], body=body):
                self._held(call, body)
            case _:
                raise _refuse(node, f"{type(node).__name__} is not allowed")

    def _import(self, node: ast.stmt, what: str, name: str) -> None:
        module, _, function = what.partition(".")
        if module not in _MODULES or (function and function not in PARAMETERS):
            raise _refuse(node, f"import of {what} is not allowed")
        self.names[name] = what

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if self.names.get(module) == "pyautogui":
                if attribute not in _SETTINGS:
                    raise _refuse(target, f"pyautogui.{attribute} cannot be set")
            case ast.Name(id=name):
                self.values[name] = self._constant(value)
            case ast.Tuple(elts=targets) if all(isinstance(part, ast.Name) for part in targets):
                parts = self._constant(value)
                if not isinstance(parts, tuple) or len(parts) != len(targets):
                    raise _refuse(target, f"{len(targets)} names need as many values")
                bound = [part.id for part in targets if isinstance(part, ast.Name)]
                self.values.update(zip(bound, parts, strict=True))
            case _:
                raise _refuse(target, "this assignment is not allowed")

    def _held(self, call: ast.Call, body: Sequence[ast.stmt]) -> None:
        """`with pyautogui.hold("shift"):` is the keys going down, the block, and the keys going up."""
        if self._function(call.func) != "pyautogui.hold" or call.keywords or len(call.args) != 1:
            raise _refuse(call, "only `with pyautogui.hold(KEYS)` is allowed")
        held = self._constant(call.args[0])
        keys = held if isinstance(held, tuple) else (held,)
        for key in keys:
            self._add(Call(function="keyDown", arguments={"key": key}, line=call.lineno), call)
        self.block(body)
        for key in reversed(keys):
            self._add(Call(function="keyUp", arguments={"key": key}, line=call.lineno), call)

    def _add(self, call: Call, node: ast.AST) -> None:
        if len(self.calls) == CALLS_MAX:
            raise _refuse(node, f"more than {CALLS_MAX} calls")
        self.calls.append(call)

    # --- calls -------------------------------------------------------------------------------------------------
    def _function(self, node: ast.expr) -> str:
        match node:
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if module in self.names:
                return f"{self.names[module]}.{attribute}"
            case ast.Name(id=name) if "." in self.names.get(name, ""):
                return self.names[name]
        raise _refuse(node, f"{ast.unparse(node)[:60]} is not allowed")

    def _call(self, node: ast.Call) -> Call:
        module, _, function = self._function(node.func).rpartition(".")
        home = "time" if function == "sleep" else "pyperclip" if function == "copy" else "pyautogui"
        if function not in PARAMETERS or (module != home and not (module == "pyautogui" and function == "sleep")):
            raise _refuse(node, f"{module}.{function} is not allowed")
        positional = [self._constant(part) for part in node.args]
        named = {word.arg: self._constant(word.value) for word in node.keywords if word.arg is not None}
        if len(named) != len(node.keywords):
            raise _refuse(node, "`**` is not allowed")
        if function == "hotkey":
            keys = positional[0] if len(positional) == 1 and isinstance(positional[0], tuple) else tuple(positional)
            return Call(function=function, arguments={"keys": keys}, line=node.lineno)
        parameters = PARAMETERS[function]
        if len(positional) > len(parameters):
            raise _refuse(node, f"{function} takes at most {len(parameters)} arguments")
        arguments = dict(zip(parameters, positional, strict=False))
        for name, value in named.items():
            if name not in parameters or name in arguments:
                raise _refuse(node, f"{function} has no argument {name!r} to give")
            arguments[name] = value
        return Call(function=function, arguments=arguments, line=node.lineno)

    # --- constants ---------------------------------------------------------------------------------------------
    def _items(self, node: ast.expr) -> Iterator[Constant]:
        """What a `for` goes over: a constant list or text, or `range` of constants."""
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
            bounds = [self._constant(part) for part in node.args]
            whole = [bound for bound in bounds if isinstance(bound, int)]
            if node.keywords or not 1 <= len(bounds) <= 3 or len(whole) != len(bounds) or (whole[2:] == [0]):
                raise _refuse(node, "range needs one to three whole numbers")
            yield from range(*whole)
            return
        value = self._constant(node)
        if not isinstance(value, tuple | str):
            raise _refuse(node, "only lists, texts and ranges can be gone through")
        yield from value

    def _constant(self, node: ast.expr) -> Constant:
        match node:
            case ast.Constant(value=bool() | int() | float() | str() | None as value):
                return value
            case ast.Tuple(elts=parts) | ast.List(elts=parts):
                return tuple(self._constant(part) for part in parts)
            case ast.Name(id=name) if name in self.values:
                return self.values[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                number = self._constant(operand)
                if isinstance(number, int | float):
                    return -number
            case ast.BinOp(left=left, op=operator, right=right):
                return self._arithmetic(node, self._constant(left), operator, self._constant(right))
            case ast.Attribute(value=ast.Name(id=module), attr=attribute) if attribute.startswith("ease"):
                # How fast a movement begins and ends; here it makes no difference.
                if self.names.get(module) == "pyautogui":
                    return None
        raise _refuse(node, f"{ast.unparse(node)[:60]} is no constant")

    def _arithmetic(self, node: ast.expr, left: Constant, operator: ast.operator, right: Constant) -> Constant:
        try:
            match operator, left, right:
                case ast.Add(), str(), str() if len(left) + len(right) <= _TEXT_MAX:
                    return left + right
                case ast.Mult(), str(), int() if len(left) * right <= _TEXT_MAX:
                    return left * right
                case ast.Add(), int() | float(), int() | float():
                    return left + right
                case ast.Sub(), int() | float(), int() | float():
                    return left - right
                case ast.Mult(), int() | float(), int() | float():
                    return left * right
                case ast.Div(), int() | float(), int() | float():
                    return left / right
                case ast.FloorDiv(), int() | float(), int() | float():
                    return left // right
        except (ZeroDivisionError, OverflowError) as error:
            raise _refuse(node, str(error)) from error
        raise _refuse(node, f"{ast.unparse(node)[:60]} is no constant")
