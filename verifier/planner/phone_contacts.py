"""Goals about contacts."""

from __future__ import annotations

from functools import partial

from verifier.planner.contact_checks import MOBILE, Added, Deleted, OthersKept, Renumbered, Starred, TellsNumber
from verifier.planner.places import contact
from verifier.planner.plan import Check, Holds, Kind, Plan
from verifier.planner.wording import TEXT, Values, forms

_NAME = rf"(?P<name>{TEXT})"
_NUMBER = r"(?P<number>\+?[\d ().-]*\d)"


def _about(values: Values, *checks: Check) -> Plan:
    return Plan(checks=checks, allowed=contact(values["name"]))


def _add(values: Values) -> Plan:
    kind = MOBILE if values["kind"].lower() == "mobile" else ""
    added = Added(name=values["name"], number=values["number"], kind=kind)
    return _about(values, added, OthersKept(name=values["name"]))


def _renumber(values: Values) -> Plan:
    new = Renumbered(name=values["name"], number=values["number"])
    return _about(values, new, OthersKept(name=values["name"]))


def _star(values: Values) -> Plan:
    starred = Holds(probe=Starred(name=values["name"]))
    return _about(values, starred, OthersKept(name=values["name"], numbers=True, star=False))


def _ask(values: Values) -> Plan:
    return Plan(checks=(TellsNumber(name=values["name"]),), asks=True)


_phone = partial(Kind, platform="android")
KINDS: tuple[Kind, ...] = (
    _phone(
        name="add contact",
        forms=forms(rf"add {_NAME} to the contacts, with the (?P<kind>mobile|phone) number {_NUMBER}"),
        plan=_add,
    ),
    _phone(
        name="change number",
        forms=forms(rf"{_NAME} has a new phone number: {_NUMBER}\. Replace the old one in the contacts"),
        plan=_renumber,
    ),
    _phone(
        name="delete contact",
        forms=forms(rf"delete {_NAME} from the contacts"),
        plan=lambda values: _about(values, Deleted(name=values["name"])),
    ),
    _phone(
        name="star contact",
        forms=forms(rf"mark {_NAME} as a favou?rite contact"),
        plan=_star,
    ),
    _phone(
        name="find number",
        forms=forms(rf"what is the phone number of {_NAME}\? Answer with the digits only"),
        plan=_ask,
    ),
)
