"""Intents: what an activity is asked to do, and the filters that say which activity can."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeAlias

ExtraValue: TypeAlias = str | int | float | bool | tuple[str, ...]

MAIN = "android.intent.action.MAIN"
VIEW = "android.intent.action.VIEW"
EDIT = "android.intent.action.EDIT"
INSERT = "android.intent.action.INSERT"
INSERT_OR_EDIT = "android.intent.action.INSERT_OR_EDIT"
SEND = "android.intent.action.SEND"
SENDTO = "android.intent.action.SENDTO"
DIAL = "android.intent.action.DIAL"
PICK = "android.intent.action.PICK"
GET_CONTENT = "android.intent.action.GET_CONTENT"
DELETE = "android.intent.action.DELETE"
LAUNCHER = "android.intent.category.LAUNCHER"
HOME = "android.intent.category.HOME"
DEFAULT = "android.intent.category.DEFAULT"

NO_EXTRAS: Mapping[str, ExtraValue] = MappingProxyType({})


@dataclass(frozen=True, slots=True, order=True)
class ComponentName:
    """`package/class`, such as `com.android.settings/.Settings`; `class_name` is stored in full."""

    package: str
    class_name: str

    @classmethod
    def parse(cls, text: str) -> ComponentName:
        """Raises ValueError where there is no `package/class`."""
        package, slash, name = text.partition("/")
        if not (package and slash and name):
            raise ValueError(f"bad component name {text!r}: expected package/class")
        return cls(package, package + name if name.startswith(".") else name)

    def __str__(self) -> str:
        return f"{self.package}/{self.class_name}"

    @property
    def short(self) -> str:
        """`package/.Class` where the class lies in the package, as dumpsys prints it."""
        if self.class_name.startswith(self.package + "."):
            return f"{self.package}/{self.class_name[len(self.package) :]}"
        return f"{self.package}/{self.class_name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """`data` is a URI, `type` a MIME type, `package` limits an implicit intent to one app."""

    action: str = ""
    data: str = ""
    type: str = ""
    categories: tuple[str, ...] = ()
    component: ComponentName | None = None
    package: str = ""
    flags: int = 0
    extras: Mapping[str, ExtraValue] = field(default_factory=lambda: NO_EXTRAS)

    @property
    def scheme(self) -> str:
        return self.data.partition(":")[0].lower() if ":" in self.data else ""

    def text_extra(self, name: str, default: str = "") -> str:
        """The extra as text; `default` where it is absent."""
        value = self.extras.get(name)
        return default if value is None else str(value)


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentFilter:
    """Matches when the action is listed and, where given, a category, the data's scheme and the type fit.

    `types` may hold `*/*`, `image/*` or exact types. A filter without schemes takes `content` and `file` data when it
    names types, and otherwise no data at all, as on Android.
    """

    actions: tuple[str, ...]
    categories: tuple[str, ...] = (DEFAULT,)
    schemes: tuple[str, ...] = ()
    types: tuple[str, ...] = ()

    def matches(self, intent: Intent) -> bool:
        """Whether an activity with this filter is offered for `intent`."""
        if intent.action not in self.actions:
            return False
        if any(category not in self.categories for category in intent.categories):
            return False
        return self._type_fits(intent.type) and self._scheme_fits(intent)

    def _type_fits(self, wanted: str) -> bool:
        if not wanted:
            return not self.types or bool(self.schemes)
        return any(_mime_match(pattern, wanted) for pattern in self.types)

    def _scheme_fits(self, intent: Intent) -> bool:
        if not intent.scheme:
            return not self.schemes or bool(self.types and intent.type)
        if self.schemes:
            return intent.scheme in self.schemes
        return bool(self.types) and intent.scheme in ("content", "file")


def _mime_match(pattern: str, wanted: str) -> bool:
    if "*/*" in (pattern, wanted):
        return True
    pattern_major, _, pattern_minor = pattern.partition("/")
    major, _, minor = wanted.partition("/")
    return pattern_major == major and ("*" in (pattern_minor, minor) or pattern_minor == minor)


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityResult:
    """What `context.finish` hands to the starter; `ok` false is RESULT_CANCELED."""

    ok: bool = False
    data: str = ""
    extras: Mapping[str, ExtraValue] = field(default_factory=lambda: NO_EXTRAS)


CANCELED = ActivityResult()
