"""Desktops in virtual machines of QEMU, set back by loading a snapshot of the whole machine."""
