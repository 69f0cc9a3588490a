"""The emulator's command line, as far as the stand-in heeds or knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_FLAG_WORDS = """
-no-window -no-audio -no-boot-anim -no-metrics -metrics-collection -skip-adb-auth -read-only -no-snapshot
-no-snapshot-save -no-snapshot-load -no-snapstorage -no-snapshot-update-time -wipe-data -verbose -show-kernel
-no-skin -list-avds -version -accel-check -help -no-accel -no-cache -no-sim -no-passive-gps -no-jni -nojni
-writable-system -delay-adb -grpc-use-token -no-qt -crash-report -no-crash-report -force-snapshot-load
-restart-when-stalled -allow-host-audio -no-location-ui -no-hidpi-scaling -nocache -noaudio -noskin
"""
_VALUE_WORDS = """
-avd -ports -port -grpc -gpu -snapshot -feature -memory -cores -accel -adb-path -prop -timezone -partition-size
-dns-server -http-proxy -netdelay -netspeed -network-user-mode-options -wifi-user-mode-options -camera-back
-camera-front -logcat -logcat-output -skin -engine -idle-grpc-timeout -change-locale -sdcard -data -vmodem
-screen -selinux -crash-report-mode
"""
_FLAGS = frozenset(_FLAG_WORDS.split())
_VALUES = frozenset(_VALUE_WORDS.split())


class OptionError(Exception):
    """The command line is not one that the emulator takes; holds what it prints."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    flags: frozenset[str]
    values: dict[str, str] = field(default_factory=dict)

    def has(self, flag: str) -> bool:
        return flag in self.flags

    def value(self, name: str, default: str = "") -> str:
        return self.values.get(name, default)

    @property
    def saves_at_exit(self) -> bool:
        """The quick boot snapshot is written at exit unless that is switched off; `-no-snapshot-load` does not."""
        off = {"-no-snapshot", "-no-snapshot-save", "-read-only", "-no-snapstorage"}
        return not (off & self.flags) and "-snapshot" not in self.values

    def ports(self) -> tuple[int, int]:
        """Console and adb. Raises OptionError."""
        if "-port" in self.values:
            console = _port(self.values["-port"])
            return console, console + 1
        console_text, comma, adb_text = self.value("-ports", "5554,5555").partition(",")
        if not comma:
            raise OptionError("option -ports must be followed by two port numbers, separated by a comma")
        return _port(console_text), _port(adb_text)


def parse_options(arguments: Sequence[str]) -> Options:
    """Raises OptionError for what the emulator does not know."""
    flags: set[str] = set()
    values: dict[str, str] = {}
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "-qemu":
            break
        if word.startswith("@") and len(word) > 1:
            values["-avd"] = word[1:]
        elif word in _FLAGS:
            flags.add(word)
        elif word in _VALUES:
            if not rest:
                raise OptionError(f"option '{word}' must be followed by a parameter")
            values[word] = rest.pop(0)
        elif word.startswith("-"):
            raise OptionError(f"unknown option: {word}\nplease use -help for a list of valid options")
        else:
            raise OptionError(f"invalid command-line parameter: {word}.\nHint: use '@foo' to launch a virtual device")
    return Options(flags=frozenset(flags), values=values)


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1024 <= int(text) <= 65535:
        raise OptionError(f"option -ports: {text!r} is not a port between 1024 and 65535")
    return int(text)
