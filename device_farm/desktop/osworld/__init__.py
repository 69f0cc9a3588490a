"""OSWorld's HTTP guest API over any desktop device. Import from the modules."""
