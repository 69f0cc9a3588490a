"""What was done, in words: `device_farm.types.action_text`, by its name of before."""

from device_farm.types.action_text import action_text

__all__ = ["action_text"]
