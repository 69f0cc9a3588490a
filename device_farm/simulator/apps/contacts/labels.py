"""Kinds of phone numbers and e-mail addresses, and how numbers are written.

The numbers of the kinds are those of `ContactsContract.CommonDataKinds.Phone` and `.Email`.
"""

from __future__ import annotations

from collections.abc import Mapping

CUSTOM_TYPE = 0

PHONE_LABELS: Mapping[int, str] = {
    2: "Mobile",
    3: "Work",
    1: "Home",
    12: "Main",
    4: "Work fax",
    5: "Home fax",
    6: "Pager",
    7: "Other",
}
EMAIL_LABELS: Mapping[int, str] = {1: "Home", 2: "Work", 4: "Mobile", 3: "Other"}

DEFAULT_PHONE_TYPE = 2
DEFAULT_EMAIL_TYPE = 1


def label_of(labels: Mapping[int, str], type_number: int, custom: str = "") -> str:
    """The name that people see for a kind; a custom kind shows its own label."""
    if type_number == CUSTOM_TYPE:
        return custom or "Custom"
    return labels.get(type_number, "Other")


def type_of(labels: Mapping[int, str], label: str) -> int:
    """The kind called `label`, without regard to case; an unknown name is a custom kind."""
    wanted = label.strip().lower()
    for number, name in labels.items():
        if name.lower() == wanted:
            return number
    return CUSTOM_TYPE


def normalized_number(number: str) -> str:
    """Digits with an optional leading `+`, the form in which numbers are compared."""
    digits = "".join(character for character in number if character.isdigit())
    return f"+{digits}" if number.strip().startswith("+") else digits


def formatted_number(number: str) -> str:
    """A ten- or eleven-digit North American number as Android writes it; any other number as it is."""
    plain = normalized_number(number)
    if plain != number.strip():
        return number.strip()
    match len(plain), plain[:1]:
        case 10, _:
            return f"({plain[:3]}) {plain[3:6]}-{plain[6:]}"
        case 12, "+" if plain.startswith("+1"):
            return f"+1 {plain[2:5]}-{plain[5:8]}-{plain[8:]}"
        case 11, "1":
            return f"1 ({plain[1:4]}) {plain[4:7]}-{plain[7:]}"
        case 7, _:
            return f"{plain[:3]}-{plain[3:]}"
        case _:
            return plain
