"""A stand-in for the Android Emulator: a simulated phone behind the emulator's command line, console, adb and gRPC.

It exists because the emulator needs an SDK licence that only its user can accept, and KVM. It refuses what the emulator
refuses, leaves the same locks, keeps snapshots in the same folders, and fails on command (`faults.py`). It runs no
APK, and what it says is written after public descriptions of the emulator, not after a run of it.
"""
