"""`ifconfig`, `ip`, `ping`, `netstat`: the network of the simulated phone, which leads nowhere."""

from __future__ import annotations

from device_farm.simulator.framework.radios import wifi_on
from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.options import read_options
from device_farm.simulator.shell.process import Process

# The emulator's Wi-Fi puts every phone at this address behind its own router.
WIFI_ADDRESS = "10.0.2.16"
_MAC = "02:15:b2:00:00:00"

_LOOPBACK = (
    "lo        Link encap:Local Loopback\n"
    "          inet addr:127.0.0.1  Mask:255.0.0.0\n"
    "          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n"
)


async def ifconfig(process: Process) -> int:
    names = [word for word in process.args if not word.startswith("-")]
    name = names[0] if names else ""
    if name not in ("", "lo", "wlan0"):
        raise CommandError(f"{name}: No such device")
    if name in ("", "lo"):
        process.print(_LOOPBACK)
    if name in ("", "wlan0"):
        process.print(f"wlan0     Link encap:Ethernet  HWaddr {_MAC}  Driver virtio_net")
        if wifi_on(process.phone):
            process.print(f"          inet addr:{WIFI_ADDRESS}  Bcast:10.0.2.255  Mask:255.255.255.0")
        process.print("          UP BROADCAST RUNNING MULTICAST  MTU:1500  Metric:1\n")
    return 0


async def ip(process: Process) -> int:
    words = [word for word in process.args if not word.startswith("-")]
    kind = words[0] if words else ""
    if kind.startswith("r") and kind in "route":
        if wifi_on(process.phone):
            process.print(f"10.0.2.0/24 dev wlan0 proto kernel scope link src {WIFI_ADDRESS}")
        return 0
    if not (kind.startswith("a") and kind in ("a", "ad", "addr", "address")) and kind not in ("l", "link"):
        raise CommandError(f'Object "{kind}" is unknown, try "ip help".')
    device = words[-1] if len(words) > 1 and words[-1] in ("lo", "wlan0") else ""
    if len(words) > 1 and words[-1] not in ("show", "list", "lo", "wlan0", "dev"):
        raise CommandError(f'Device "{words[-1]}" does not exist.')
    if device in ("", "lo"):
        process.print("1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000")
        process.print("    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo")
    if device in ("", "wlan0"):
        state = "UP" if wifi_on(process.phone) else "DOWN"
        process.print(f"2: wlan0: <BROADCAST,MULTICAST,UP> mtu 1500 qdisc fq state {state} group default qlen 1000")
        process.print(f"    link/ether {_MAC} brd ff:ff:ff:ff:ff:ff")
        if wifi_on(process.phone):
            process.print(f"    inet {WIFI_ADDRESS}/24 brd 10.0.2.255 scope global wlan0")
    return 0


async def ping(process: Process) -> int:
    options = read_options(process, "fqn46", "cWwisItm", least=1)
    host = options.rest[0]
    if host in ("localhost", "127.0.0.1"):
        count = min(options.number("c", 4), 100)
        process.print(f"PING {host} (127.0.0.1) 56(84) bytes of data.")
        for number in range(1, count + 1):
            process.print(f"64 bytes from 127.0.0.1: icmp_seq={number} ttl=64 time=0.050 ms")
        process.print(
            f"\n--- {host} ping statistics ---\n{count} packets transmitted, {count} received, 0% packet loss"
        )
        return 0
    process.complain(f"ping: unknown host {host}")
    return 2


async def netstat(process: Process) -> int:
    process.print("Active Internet connections (w/o servers)")
    process.print("Proto Recv-Q Send-Q Local Address           Foreign Address         State")
    return 0


async def iptables(process: Process) -> int:
    """Takes any rule: what it would let through or stop leads nowhere here."""
    if not any(word.startswith("-") for word in process.args):
        raise CommandError("no command specified", exit_code=2)
    return 0
