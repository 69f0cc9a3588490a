"""The `farm` command. Commands are modules listed in pyproject.toml under `farm.commands`."""
