"""A contact as screens and provider see it."""

from __future__ import annotations

from dataclasses import dataclass

from device_farm.simulator.apps.contacts.labels import DEFAULT_EMAIL_TYPE, DEFAULT_PHONE_TYPE


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneNumber:
    number: str
    type: int = DEFAULT_PHONE_TYPE
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailAddress:
    address: str
    type: int = DEFAULT_EMAIL_TYPE
    label: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDetails:
    """What a person can enter about a contact."""

    first: str = ""
    last: str = ""
    company: str = ""
    phones: tuple[PhoneNumber, ...] = ()
    emails: tuple[EmailAddress, ...] = ()

    @property
    def display_name(self) -> str:
        """First and last name, else company, first address or first number, as ContactsProvider chooses."""
        name = " ".join(part for part in (self.first.strip(), self.last.strip()) if part)
        if name or self.company.strip():
            return name or self.company.strip()
        if self.emails:
            return self.emails[0].address
        return self.phones[0].number if self.phones else ""

    @property
    def alternative_name(self) -> str:
        """Last name first."""
        if self.first.strip() and self.last.strip():
            return f"{self.last.strip()}, {self.first.strip()}"
        return self.display_name

    def trimmed(self) -> ContactDetails:
        """Without outer blanks and without empty numbers and addresses."""
        return ContactDetails(
            first=self.first.strip(),
            last=self.last.strip(),
            company=self.company.strip(),
            phones=tuple(
                PhoneNumber(number=phone.number.strip(), type=phone.type, label=phone.label)
                for phone in self.phones
                if phone.number.strip()
            ),
            emails=tuple(
                EmailAddress(address=email.address.strip(), type=email.type, label=email.label)
                for email in self.emails
                if email.address.strip()
            ),
        )

    @property
    def empty(self) -> bool:
        return self.trimmed() == ContactDetails()


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    id: int
    details: ContactDetails
    display_name: str
    starred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSummary:
    """One row of the list. `section` is the letter that it is filed under, `#` for anything but a letter."""

    id: int
    display_name: str
    section: str
    starred: bool


def split_name(name: str) -> tuple[str, str]:
    """First and last name of a full name: the last word is the last name when there are two or more."""
    words = name.split()
    if len(words) < 2:
        return (name.strip(), "")
    return (" ".join(words[:-1]), words[-1])


def section_of(name: str) -> str:
    initial = name.strip()[:1].upper()
    return initial if initial.isalpha() else "#"
