"""The phone's own screens: bars, home, app drawer, shade, recents, keyboard, prompts."""
