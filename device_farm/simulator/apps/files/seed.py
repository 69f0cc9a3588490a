"""Files of a fresh phone's shared storage: pictures, downloads, recordings; decided by its seed."""

from __future__ import annotations

import random
import struct
import zlib

from device_farm.simulator.apps.browsing import SDCARD

_PICTURE_WIDTH = 160
_PICTURE_HEIGHT = 120


def gradient_png(generator: random.Random) -> bytes:
    """A small landscape: sky and ground as two colour ramps with a disc for the sun."""
    sky = tuple(generator.randint(120, 255) for _ in range(3))
    ground = tuple(generator.randint(20, 150) for _ in range(3))
    horizon = generator.randint(50, 85)
    sun_x, sun_y = generator.randint(20, 140), generator.randint(10, 40)
    rows = bytearray()
    for y in range(_PICTURE_HEIGHT):
        rows.append(0)
        base = sky if y < horizon else ground
        shade = 1.0 - 0.4 * (y if y < horizon else y - horizon) / _PICTURE_HEIGHT
        line = bytes(int(channel * shade) for channel in base)
        for x in range(_PICTURE_WIDTH):
            in_sun = (x - sun_x) ** 2 + (y - sun_y) ** 2 < 100
            rows += b"\xff\xf0\xa0" if in_sun else line
    header = struct.pack(">IIBBBBB", _PICTURE_WIDTH, _PICTURE_HEIGHT, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(bytes(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def seeded_files(generator: random.Random) -> dict[str, bytes]:
    """Path and content of every seeded file."""
    files: dict[str, bytes] = {}
    for _ in range(4):
        day, hour = generator.randint(1, 28), generator.randint(7, 22)
        minute, second = generator.randint(0, 59), generator.randint(0, 59)
        name = f"IMG_202309{day:02d}_{hour:02d}{minute:02d}{second:02d}.png"
        files[f"{SDCARD}/DCIM/Camera/{name}"] = gradient_png(generator)
    for name in generator.sample(("beach", "garden", "harbor", "mountain", "old_town"), 2):
        files[f"{SDCARD}/Pictures/{name}.png"] = gradient_png(generator)
    number = generator.randint(1000, 9999)
    files[f"{SDCARD}/Download/invoice_{number}.txt"] = (
        f"Invoice {number}\n\nDesk lamp    34.90\nDelivery      4.50\n\nTotal        39.40\n".encode()
    )
    files[f"{SDCARD}/Download/train_timetable.csv"] = b"from,to,departs\nCentral,Airport,07:15\nCentral,Airport,08:45\n"
    files[f"{SDCARD}/Download/manual.pdf"] = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n" + b"%" * 4000
    files[f"{SDCARD}/Documents/Reports/budget_2023.csv"] = b"month,amount\nJan,1200\nFeb,1150\nMar,1310\n"
    files[f"{SDCARD}/Documents/Reports/summary.txt"] = b"Annual summary\n\nAll targets met.\n"
    files[f"{SDCARD}/Documents/letter.txt"] = b"Dear neighbour,\n\nthank you for watering the plants.\n"
    for name in generator.sample(("morning_song", "river_walk", "night_train", "first_snow"), 2):
        files[f"{SDCARD}/Music/{name}.mp3"] = b"ID3\x03\x00\x00\x00\x00\x00\x00" + generator.randbytes(6000)
    return files
