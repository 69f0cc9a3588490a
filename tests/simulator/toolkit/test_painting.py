"""Painting: what is drawn depends on the frame alone, whatever was on the surface before; PNG strips."""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from device_farm.simulator.toolkit.ops import RESTORE, Box, Clip, Figure, Glyphs, Op, bounds, scaled
from device_farm.simulator.toolkit.png import STRIP_ROWS, assemble, combine_adler32, encode_strips
from device_farm.simulator.toolkit.renderer import difference, shared_renderer

BACK = Box("box", 0, 0, 1080, 2400, 0, 0xFFFFFFFF, 0, 0, 0)

boxes = st.builds(
    lambda left, top, width, height, radius, fill, border, elevation: Box(
        "box", left, top, left + width, top + height, radius, fill, border, 3 if border else 0, elevation
    ),
    st.integers(-50, 1000), st.integers(-50, 2300), st.integers(1, 400), st.integers(1, 400), st.integers(0, 60),
    st.sampled_from([0xFF0B57D0, 0x80B3261E, 0]), st.sampled_from([0, 0xFF747780]), st.sampled_from([0, 8, 16]),
)  # fmt: skip
glyphs = st.builds(
    lambda x, y, text, size: Glyphs("glyphs", x, y, text, "regular", size, 0xFF1B1C1F, int(size * len(text))),
    st.floats(0, 1000), st.floats(0, 2400), st.text("abgjÄ%W ", min_size=1, max_size=12), st.sampled_from([29.0, 42.0]),
)  # fmt: skip
figures = st.builds(
    lambda left, top, name, value: Figure(
        "figure", left, top, left + 136, top + 84, name, (value,), (0xFF0B57D0, 0xFFFFFFFF, 0xFFDFE4EC, 0xFF747780), b""
    ),
    st.integers(0, 900), st.integers(0, 2300), st.sampled_from(["switch"]), st.sampled_from([0.0, 1.0]),
)  # fmt: skip
frames = st.lists(st.one_of(boxes, glyphs, figures), max_size=8).map(lambda ops: (BACK, *ops))


@settings(max_examples=25, deadline=None)
@given(first=frames, second=frames)
def test_pixels_outside_the_difference_of_two_frames_stay(first: tuple[Op, ...], second: tuple[Op, ...]) -> None:
    renderer = shared_renderer()
    renderer.paint(first)
    before = renderer.pixels.copy()
    renderer.paint(second)
    changed = difference(first, second)
    if changed is not None:
        left, top, right, bottom = changed
        before[top:bottom, left:right] = renderer.pixels[top:bottom, left:right]
    assert (before == renderer.pixels).all()


@settings(max_examples=25, deadline=None)
@given(op=st.one_of(boxes, glyphs, figures))
def test_bounds_hold_every_pixel_that_an_operation_touches(op: Op) -> None:
    renderer = shared_renderer()
    renderer.paint((BACK, op))
    touched = np.argwhere((renderer.pixels != 255).any(axis=2))
    if len(touched):
        left, top, right, bottom = bounds(op)
        assert touched[:, 0].min() >= top and touched[:, 0].max() < bottom
        assert touched[:, 1].min() >= left and touched[:, 1].max() < right


def test_equal_frames_have_no_difference() -> None:
    assert difference((BACK,), (BACK,)) is None


def test_difference_is_the_box_around_old_and_new() -> None:
    old = Box("box", 10, 10, 20, 20, 0, 0xFF000000, 0, 0, 0)
    new = Box("box", 100, 200, 110, 220, 0, 0xFF000000, 0, 0, 0)
    assert difference((BACK, old), (BACK, new)) == (10, 10, 110, 220)


def test_clip_keeps_what_is_outside() -> None:
    renderer = shared_renderer()
    renderer.paint((BACK, Clip("clip", 0, 0, 100, 100, 0), Box("box", 0, 0, 500, 500, 0, 0xFF000000, 0, 0, 0), RESTORE))
    assert not renderer.pixels[50, 50, :3].any()
    assert (renderer.pixels[200, 200] == 255).all()


def test_scaled_operation_keeps_its_kind_and_shrinks() -> None:
    op = scaled(Box("box", 100, 200, 300, 400, 20, 1, 0, 0, 8), 0.5, 10, 20)
    assert op == Box("box", 60, 120, 160, 220, 10, 1, 0, 0, 4)


@given(first=st.binary(max_size=200), second=st.binary(max_size=200))
def test_combined_checksum_equals_that_of_the_whole(first: bytes, second: bytes) -> None:
    combined = combine_adler32(zlib.adler32(first), zlib.adler32(second), len(second))
    assert combined == zlib.adler32(first + second)


@pytest.mark.parametrize("height", [1, STRIP_ROWS, STRIP_ROWS + 1, 3 * STRIP_ROWS - 1])
def test_png_decodes_to_its_pixels(height: int) -> None:
    cv2 = pytest.importorskip("cv2")
    pixels = np.random.default_rng(1).integers(0, 256, (height, 30, 4), np.uint8)
    png = assemble(encode_strips(pixels), 30, height)
    decoded = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(cv2.cvtColor(decoded, cv2.COLOR_BGRA2RGBA), pixels)


def test_strips_taken_from_last_time_give_the_same_file() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (400, 20, 4), np.uint8)
    before = encode_strips(pixels)
    pixels[100:110] = 0
    assert assemble(encode_strips(pixels, before, (100, 110)), 20, 400) == assemble(encode_strips(pixels), 20, 400)
