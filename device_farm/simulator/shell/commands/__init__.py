"""The programs of the phone, one module for each kind of work."""
