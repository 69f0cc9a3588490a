"""The address book of a fresh phone, decided by its seed."""

from __future__ import annotations

import random

from device_farm.simulator.apps.contacts.model import ContactDetails, EmailAddress, PhoneNumber

_FIRST = (
    "Alice", "Amir", "Ana", "Ben", "Carmen", "Chen", "Clara", "Daniel", "Elena", "Emeka", "Farah", "George",
    "Hana", "Ibrahim", "Ingrid", "James", "Julia", "Kenji", "Laura", "Leo", "Maria", "Mateo", "Nadia", "Noah",
    "Olga", "Priya", "Rafael", "Sara", "Tom", "Yuki",
)  # fmt: skip
_LAST = (
    "Adams", "Bauer", "Castillo", "Chen", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ivanova",
    "Jansen", "Kim", "Larsen", "Lopez", "Mbeki", "Moreau", "Nakamura", "Okafor", "Patel", "Quinn", "Rossi",
    "Sato", "Silva", "Taylor", "Usman", "Vargas", "Weber", "Young", "Zhang",
)  # fmt: skip
_COMPANIES = ("", "", "", "Northwind Traders", "Blue Harbor Clinic", "Fabrikam", "City Library", "Contoso")
_PHONE_TYPES = (2, 2, 2, 1, 3)


def _number(generator: random.Random) -> str:
    return f"{generator.randint(201, 989)}{generator.randint(200, 999)}{generator.randint(0, 9999):04d}"


def seeded_contacts(generator: random.Random, count: int = 12) -> tuple[ContactDetails, ...]:
    """`count` people with different first and last names, a number each, some with mail, company, a second number."""
    people = []
    for first, last in zip(generator.sample(_FIRST, count), generator.sample(_LAST, count), strict=True):
        phones = [PhoneNumber(number=_number(generator), type=generator.choice(_PHONE_TYPES))]
        if generator.random() < 0.25:
            phones.append(PhoneNumber(number=_number(generator), type=3))
        emails: tuple[EmailAddress, ...] = ()
        if generator.random() < 0.6:
            emails = (EmailAddress(address=f"{first}.{last}@example.com".lower(), type=generator.choice((1, 2))),)
        people.append(
            ContactDetails(
                first=first,
                last=last,
                company=generator.choice(_COMPANIES),
                phones=tuple(phones),
                emails=emails,
            )
        )
    return tuple(people)
