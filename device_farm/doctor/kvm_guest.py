"""Boots a guest of four instructions on /dev/kvm and checks what it computed. Run as a program of its own.

An existing, even an openable /dev/kvm proves nothing: under some nested hypervisors the guest never runs. Whoever
starts this sets the deadline. Structures and numbers are those of `linux/kvm.h` for x86-64.
"""

from __future__ import annotations

import ctypes
import fcntl
import mmap
import os
import platform
import struct
import sys

_GET_API_VERSION = 0xAE00
_CREATE_VM = 0xAE01
_GET_VCPU_MMAP_SIZE = 0xAE04
_CREATE_VCPU = 0xAE41
_SET_USER_MEMORY_REGION = 0x4020AE46
_RUN = 0xAE80
_GET_REGS = 0x8090AE81
_SET_REGS = 0x4090AE82
_GET_SREGS = 0x8138AE83
_SET_SREGS = 0x4138AE84

_API_VERSION = 12
_EXIT_REASON_OFFSET = 8
_EXIT_HLT = 5
_LOAD_ADDRESS = 0x1000
_GUEST_CODE = bytes.fromhex("b82a00bb050001d8f4")
"""mov ax, 42; mov bx, 5; add ax, bx; hlt."""


def boot() -> int:
    """Runs the guest and returns its AX register. Raises OSError or RuntimeError where the kernel refuses."""
    kvm = os.open("/dev/kvm", os.O_RDWR | os.O_CLOEXEC)
    version = fcntl.ioctl(kvm, _GET_API_VERSION, 0)
    if version != _API_VERSION:
        raise RuntimeError(f"KVM API version {version}, not {_API_VERSION}")
    machine = fcntl.ioctl(kvm, _CREATE_VM, 0)
    memory = mmap.mmap(-1, mmap.PAGESIZE)
    memory[: len(_GUEST_CODE)] = _GUEST_CODE
    address = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    region = struct.pack("<IIQQQ", 0, 0, _LOAD_ADDRESS, mmap.PAGESIZE, address)
    fcntl.ioctl(machine, _SET_USER_MEMORY_REGION, region)
    processor = fcntl.ioctl(machine, _CREATE_VCPU, 0)
    shared = mmap.mmap(processor, fcntl.ioctl(kvm, _GET_VCPU_MMAP_SIZE, 0))
    _enter_at(processor, _LOAD_ADDRESS)
    fcntl.ioctl(processor, _RUN, 0)
    (reason,) = struct.unpack_from("<I", shared, _EXIT_REASON_OFFSET)
    if reason != _EXIT_HLT:
        raise RuntimeError(f"the guest left with reason {reason} instead of halting")
    registers = fcntl.ioctl(processor, _GET_REGS, bytes(144))
    return int(struct.unpack_from("<Q", registers)[0] & 0xFFFF)


def _enter_at(processor: int, address: int) -> None:
    """Real mode, code segment at 0, instruction pointer at `address`."""
    system = bytearray(fcntl.ioctl(processor, _GET_SREGS, bytes(312)))
    struct.pack_into("<Q", system, 0, 0)  # cs.base
    struct.pack_into("<H", system, 12, 0)  # cs.selector
    fcntl.ioctl(processor, _SET_SREGS, bytes(system))
    registers = bytearray(144)
    struct.pack_into("<Q", registers, 16 * 8, address)  # rip
    struct.pack_into("<Q", registers, 17 * 8, 2)  # rflags: bit 1 is always set
    fcntl.ioctl(processor, _SET_REGS, bytes(registers))


def main() -> int:
    if platform.machine() != "x86_64":
        sys.stderr.write(f"the guest's code is for x86_64, this is {platform.machine()}\n")
        return 1
    result = boot()
    sys.stdout.write(f"{result}\n")
    return 0 if result == 47 else 1


if __name__ == "__main__":
    sys.exit(main())
