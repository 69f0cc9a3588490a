"""The emulator console: a line protocol on the even port, as of the Android Emulator."""
