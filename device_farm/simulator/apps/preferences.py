"""An app's shared preferences: the XML file under `/data/data/PACKAGE/shared_prefs`, in Android's own format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias
from xml.etree import ElementTree

PreferenceValue: TypeAlias = bool | int | str | frozenset[str]

_HEADER = "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n"
_INT32_MAX = 2**31 - 1


def preferences_path(package: str, name: str = "") -> str:
    return f"/data/data/{package}/shared_prefs/{name or package + '_preferences'}.xml"


def encode_preferences(values: Mapping[str, PreferenceValue]) -> bytes:
    """The file's bytes; keys are sorted so that equal values give equal bytes."""
    root = ElementTree.Element("map")
    for key in sorted(values):
        match values[key]:
            case bool(flag):
                ElementTree.SubElement(root, "boolean", name=key, value="true" if flag else "false")
            case int(number):
                kind = "int" if abs(number) <= _INT32_MAX else "long"
                ElementTree.SubElement(root, kind, name=key, value=str(number))
            case str(text):
                ElementTree.SubElement(root, "string", name=key).text = text
            case frozenset() as items:
                members = ElementTree.SubElement(root, "set", name=key)
                for item in sorted(items):
                    ElementTree.SubElement(members, "string").text = item
    ElementTree.indent(root, space="    ")
    return (_HEADER + ElementTree.tostring(root, encoding="unicode") + "\n").encode()


def decode_preferences(data: bytes) -> dict[str, PreferenceValue]:
    """The values of a preferences file; a file that does not parse reads as empty, as Android treats it."""
    try:
        root = ElementTree.fromstring(data)
    except ElementTree.ParseError:
        return {}
    values: dict[str, PreferenceValue] = {}
    for entry in root:
        name = entry.get("name", "")
        match entry.tag:
            case "boolean":
                values[name] = entry.get("value") == "true"
            case "int" | "long":
                values[name] = _integer(entry.get("value", ""))
            case "string":
                values[name] = entry.text or ""
            case "set":
                values[name] = frozenset(item.text or "" for item in entry)
    return values


def _integer(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return 0
