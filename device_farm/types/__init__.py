"""Domain types: frozen values on the standard library alone. Import from the modules."""
