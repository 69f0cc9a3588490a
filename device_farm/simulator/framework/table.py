"""The programs that work on the phone as a whole, by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from device_farm.simulator.framework import network, process_table, screen, switches
from device_farm.simulator.framework.am import am
from device_farm.simulator.framework.cmd import cmd
from device_farm.simulator.framework.content import content
from device_farm.simulator.framework.dumpsys import dumpsys
from device_farm.simulator.framework.input import input_
from device_farm.simulator.framework.pm import pm
from device_farm.simulator.framework.screenrecord import screenrecord
from device_farm.simulator.framework.settings import settings
from device_farm.simulator.framework.wm import wm
from device_farm.simulator.shell.process import Command

FRAMEWORK_PROGRAMS: Final[Mapping[str, Command]] = {
    "am": am,
    "appops": switches.appops,
    "cmd": cmd,
    "content": content,
    "dumpsys": dumpsys,
    "ifconfig": network.ifconfig,
    "ime": switches.ime,
    "input": input_,
    "ip": network.ip,
    "ip6tables": network.iptables,
    "iptables": network.iptables,
    "monkey": switches.monkey,
    "netstat": network.netstat,
    "pgrep": process_table.pgrep,
    "pidof": process_table.pidof,
    "ping": network.ping,
    "pkill": process_table.pgrep,
    "pm": pm,
    "ps": process_table.ps,
    "reboot": switches.reboot,
    "screencap": screen.screencap,
    "screenrecord": screenrecord,
    "service": switches.service,
    "settings": settings,
    "svc": switches.svc,
    "top": process_table.top,
    "uiautomator": screen.uiautomator,
    "wm": wm,
}
