"""Contacts: the address book, on the contacts provider's database."""
