"""`app_process`, as far as the phone has programs for it: the automation server, started the way its clients do."""

from __future__ import annotations

from device_farm.simulator.shell.errors import CommandError
from device_farm.simulator.shell.process import Command, Process
from device_farm.simulator.uiautomator.server import DEFAULT_PORT, AutomationServer

JAR = "/data/local/tmp/u2.jar"
"""Where uiautomator2 puts its server. The phone brings one, as its code is part of the simulation."""

JAR_CONTENT = b"The automation server of the simulated phone; its code runs outside.\n"
MAIN_CLASS = "com.wetest.uia2.Main"

_ABORTED = 134  # 128 + SIGABRT, as ART ends


def app_process(server: AutomationServer) -> Command:
    """The program; it runs until its caller goes away."""

    async def run(process: Process) -> int:
        folder, main_class, *rest = [*process.args, "", ""]
        jars = [jar for jar in process.environment.get("CLASSPATH", "").split(":") if jar]
        if main_class != MAIN_CLASS or not any(process.files.is_file(process.path(jar)) for jar in jars):
            raise CommandError(f"java.lang.ClassNotFoundException: {main_class or folder}", exit_code=_ABORTED)
        port = _port(rest)
        process.print("[server] INFO: [UiAutomator2Server] Starting Server")
        await process.flush()
        try:
            await server.run(port)
        except OSError as error:
            raise CommandError(f"java.net.BindException: {error}") from error
        return 0

    return run


def _port(arguments: list[str]) -> int:
    words = [word for word in arguments if word]
    if not words:
        return DEFAULT_PORT
    if words[0] == "-p" and len(words) == 2 and words[1].isdecimal() and 0 < int(words[1]) <= 65535:
        return int(words[1])
    raise CommandError(f"bad arguments: {' '.join(words)}")
