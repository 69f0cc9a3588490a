"""The one thing that OSWorld's tasks do with socat: one port of the loopback leads to another.

A script of the standard library, run in the guest, which need not have Debian's socat; the host never imports it.

    python3 -I socat.py tcp-listen:9222,fork tcp:localhost:1337

Other arguments are for Debian's socat, where it is.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys

_LISTEN = re.compile(r"tcp4?-listen:(\d+)((,fork)|(,reuseaddr)|(,bind=[\w.]+))*", re.IGNORECASE)
_TARGET = re.compile(r"tcp4?:([\w.-]+):(\d+)", re.IGNORECASE)
_DEBIANS = "/usr/bin/socat"
_PIECE = 1 << 16


async def _pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
    except OSError:
        writer.transport.abort()


async def _listen(port: int, host: str, target: int) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection(host, target)
        except OSError as error:
            sys.stderr.write(f"{host}:{target}: {error}\n")
            writer.transport.abort()
            return
        await asyncio.gather(_pour(reader, far_writer), _pour(far_reader, writer))
        writer.close()
        far_writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    await server.serve_forever()


def main(words: list[str]) -> int:
    ends = (_LISTEN.fullmatch(words[0]), _TARGET.fullmatch(words[1])) if len(words) == 2 else (None, None)
    if ends[0] is None or ends[1] is None:
        try:
            os.execv(_DEBIANS, [_DEBIANS, *words])
        except OSError as error:
            sys.stderr.write(f"socat {' '.join(words)}: only tcp-listen:PORT,fork tcp:HOST:PORT is there: {error}\n")
            return 1
    asyncio.run(_listen(int(ends[0][1]), ends[1][1], int(ends[1][2])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
