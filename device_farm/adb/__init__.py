"""Async adb wire client: straight to a device's adbd, or through an adb server. Import from the modules."""
