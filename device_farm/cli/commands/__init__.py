"""Commands that need the device farm only, one module each."""
