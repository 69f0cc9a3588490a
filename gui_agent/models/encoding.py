"""A dialogue as a Qwen-VL model or a text model takes it: token ids, and the patches of its images.

The same arithmetic as the models' own processors, in numpy: the trainer and the sampler use it alike, every image is
decoded once, and no video or torchvision code is needed.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from device_farm.errors import ConfigError, PolicyError
from device_farm.types.codec.space import smart_resize
from device_farm.types.geometry import Size
from gui_agent.models.prompt import ChatPrompt, ImagePart, Message, Prompt, TextPart

_CACHED_BYTES = 2 << 30
"""Of patches: a phone's screen at Qwen2.5-VL's default size takes 3 MB."""


class Tokenizer(Protocol):
    """What is used of a transformers tokenizer."""

    def apply_chat_template(self, conversation: Any, **options: Any) -> Any: ...

    def encode(self, text: str, **options: Any) -> list[int]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageForm:
    """How an image becomes patches. `mean` and `std` are of channels R, G, B in [0, 1]."""

    token_id: int
    patch_px: int
    merge: int
    frames: int
    min_pixels: int
    max_pixels: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]

    def size(self, image: Size) -> Size:
        """What the model sees of an image of that size. Raises PolicyError for one it cannot take."""
        factor = self.patch_px * self.merge
        try:
            return smart_resize(image, factor=factor, min_pixels=self.min_pixels, max_pixels=self.max_pixels)
        except ConfigError as error:
            raise PolicyError(f"an image of the prompt: {error.message}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedImage:
    """`pixels_PF` uint8, the patches of one frame; `grid` rows and columns of them; `tokens` placeholders stand for it.
    `key` finds it again: two images of one key are the same.
    """

    key: str
    pixels_PF: NDArray[np.uint8] = field(repr=False, compare=False)
    grid: tuple[int, int]
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPrompt:
    """T tokens, `ids_T` int64, every image as its run of placeholders that begins at its place in `starts`."""

    ids_T: NDArray[np.int64]
    images: tuple[EncodedImage, ...] = ()
    starts: tuple[int, ...] = ()

    def followed_by(self, token_ids: Sequence[int] | NDArray[np.int64]) -> EncodedPrompt:
        """With a reply behind it."""
        ids_T = np.concatenate([self.ids_T, np.asarray(token_ids, np.int64)])
        return EncodedPrompt(ids_T=ids_T, images=self.images, starts=self.starts)


def patches_of(image: ImagePart, form: ImageForm) -> tuple[NDArray[np.float32], tuple[int, int]]:
    """(P, 3 * frames * patch_px ** 2) patches as the model takes them, and the rows and columns of the grid.

    Raises:
        PolicyError: the data is no image.
    """
    pixels_PF, grid = pixels_of(image, form)
    mean_C: NDArray[np.float32] = np.array(form.mean, dtype=np.float32)
    std_C: NDArray[np.float32] = np.array(form.std, dtype=np.float32)
    scaled = pixels_PF.reshape(len(pixels_PF), 3, 1, -1).astype(np.float32) / np.float32(255)
    scaled = (scaled - mean_C[:, None, None]) / std_C[:, None, None]
    # A still image is a film whose frames are equal.
    return np.repeat(scaled, form.frames, axis=2).reshape(len(pixels_PF), -1), grid


def pixels_of(image: ImagePart, form: ImageForm) -> tuple[NDArray[np.uint8], tuple[int, int]]:
    """(P, 3 * patch_px ** 2) patches, R, G and B one after the other, merged neighbours together; rows and columns.

    An image that already has the model's size is not resampled; others are, bicubically.

    Raises:
        PolicyError: the data is no image.
    """
    pixels = cv2.imdecode(np.frombuffer(image.data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise PolicyError(f"image {image.digest[:12]} of the prompt cannot be decoded")
    size = form.size(Size(pixels.shape[1], pixels.shape[0]))
    if (size.height, size.width) != pixels.shape[:2]:
        shrinks = size.width * size.height < pixels.shape[0] * pixels.shape[1]
        method = cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        pixels = cv2.resize(pixels, (size.width, size.height), interpolation=method)
    rows, columns = size.height // form.patch_px, size.width // form.patch_px
    across, px = form.merge, form.patch_px
    blocks = pixels[:, :, ::-1].reshape(rows // across, across, px, columns // across, across, px, 3)
    blocks = blocks.transpose(0, 3, 1, 4, 6, 2, 5)
    return np.ascontiguousarray(blocks.reshape(rows * columns, -1)).astype(np.uint8, copy=False), (rows, columns)


class DialogueEncoder:
    """`form` None: a model of text only. For several threads, one after the other: a trainer's and a sampler's share
    the patches of recent images.
    """

    def __init__(self, tokenizer: Tokenizer, form: ImageForm | None) -> None:
        self._tokenizer = tokenizer
        self.form = form
        self._cache: OrderedDict[str, EncodedImage] = OrderedDict()
        self._cached_bytes = 0
        self._lock = threading.Lock()

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Raises PolicyError: no dialogue, images for a model of text, or a text that holds the image placeholder."""
        if not isinstance(prompt, ChatPrompt):
            raise PolicyError(f"{type(prompt).__name__} for a model that takes dialogues")
        images = [part for message in prompt.messages for part in message.parts if isinstance(part, ImagePart)]
        if images and self.form is None:
            raise PolicyError(f"{len(images)} images for a model that takes text only")
        conversation = [self._message(message) for message in prompt.messages]
        with self._lock:
            text = self._tokenizer.apply_chat_template(conversation, tokenize=False, add_generation_prompt=True)
            ids = self._tokenizer.encode(text, add_special_tokens=False)
            if self.form is None:
                return EncodedPrompt(ids_T=np.asarray(ids, np.int64))
            return _with_images(ids, [self._image(image, self.form) for image in images], self.form)

    def ids_of(self, text: str) -> list[int]:
        """Of a text alone, special tokens as what they stand for."""
        with self._lock:
            return self._tokenizer.encode(text, add_special_tokens=False)

    def _message(self, message: Message) -> dict[str, Any]:
        if self.form is None:
            text = "\n".join(part.text for part in message.parts if isinstance(part, TextPart))
            return {"role": message.role, "content": text}
        content = [
            {"type": "text", "text": part.text} if isinstance(part, TextPart) else {"type": "image"}
            for part in message.parts
        ]
        return {"role": message.role, "content": content}

    def _image(self, image: ImagePart, form: ImageForm) -> EncodedImage:
        found = self._cache.pop(image.digest, None)
        if found is None:
            pixels_PF, grid = pixels_of(image, form)
            tokens = grid[0] * grid[1] // form.merge**2
            found = EncodedImage(key=image.digest, pixels_PF=pixels_PF, grid=grid, tokens=tokens)
            self._cached_bytes += pixels_PF.nbytes
        self._cache[image.digest] = found
        while self._cached_bytes > _CACHED_BYTES and len(self._cache) > 1:
            self._cached_bytes -= self._cache.popitem(last=False)[1].pixels_PF.nbytes
        return found


def _with_images(ids: list[int], found: list[EncodedImage], form: ImageForm) -> EncodedPrompt:
    """Each placeholder widened to as many as its image has."""
    places = [index for index, token in enumerate(ids) if token == form.token_id]
    if len(places) != len(found):
        message = f"{len(found)} images, but {len(places)} places for them: a text holds the image placeholder"
        raise PolicyError(message)
    widened: list[int] = []
    starts: list[int] = []
    begin = 0
    for place, image in zip(places, found, strict=True):
        widened += ids[begin:place]
        starts.append(len(widened))
        widened += [form.token_id] * image.tokens
        begin = place + 1
    widened += ids[begin:]
    return EncodedPrompt(ids_T=np.asarray(widened, np.int64), images=tuple(found), starts=tuple(starts))
