"""verl (https://github.com/volcengine/verl) with our advantages and devices. Needs the extra `verl`."""
