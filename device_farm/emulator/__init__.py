"""The Android Emulator of the user's SDK: its files, its command line, its process, and how a phone in it boots."""
