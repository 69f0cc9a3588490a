"""Screens as a model is sent them: resized and encoded."""

from __future__ import annotations

import hashlib
from typing import Literal

import cv2
import numpy as np

from device_farm.errors import PolicyError
from device_farm.types.geometry import Size
from device_farm.types.observation import Observation, Screenshot
from gui_agent.models.prompt import ImagePart

_JPEG_QUALITY = 90


def model_image(observation: Observation, size: Size, image_format: Literal["png", "jpeg"]) -> ImagePart:
    """The screen at `size`. Raises PolicyError when there is none or it cannot be decoded."""
    if observation.screenshot is None:
        raise PolicyError("the observation has no screenshot to show the model")
    return screen_image(observation.screenshot, size, image_format)


def screen_image(screenshot: Screenshot, size: Size, image_format: Literal["png", "jpeg"]) -> ImagePart:
    """The picture at `size`. Raises PolicyError when its pixels are not there or cannot be decoded."""
    if screenshot.data is None:
        raise PolicyError("the observation has no screenshot to show the model")
    if screenshot.size == size and screenshot.format == image_format:
        return _part(screenshot.data, image_format, size)
    pixels = cv2.imdecode(np.frombuffer(screenshot.data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise PolicyError(f"screenshot {screenshot.digest} is no image")
    shrinks = size.width * size.height < pixels.shape[0] * pixels.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
    resized = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    suffix, options = (".png", []) if image_format == "png" else (".jpg", [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    done, encoded = cv2.imencode(suffix, resized, options)
    if not done:
        raise PolicyError(f"screenshot {screenshot.digest} cannot be encoded as {image_format}")
    return _part(encoded.tobytes(), image_format, size)


def _part(data: bytes, image_format: Literal["png", "jpeg"], size: Size) -> ImagePart:
    media_type: Literal["image/png", "image/jpeg"] = "image/png" if image_format == "png" else "image/jpeg"
    return ImagePart(data=data, media_type=media_type, size=size, digest=hashlib.sha256(data).hexdigest())
