"""Text in a picture: the port, and the adapter of RapidOCR (the extra `ocr`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from device_farm.errors import DataError, PrerequisiteError
from device_farm.types.geometry import Rect, Size

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One line of text in a picture; `confidence` in [0, 1]. The box may reach beyond the picture."""

    text: str
    box: Rect
    confidence: float


class TextReader(Protocol):
    """Finds text in BGR pixels of shape (height, width, 3). Blocking: call it off the event loop."""

    def read(self, pixels: NDArray[np.uint8]) -> tuple[Word, ...]:
        """Raises DataError where the picture cannot be read."""
        ...


class RapidOcrReader:
    """rapidocr-onnxruntime, whose models come with its package.

    Raises:
        PrerequisiteError: the package is not installed; names the command that mends it.
    """

    def __init__(self) -> None:
        try:
            from rapidocr_onnxruntime import RapidOCR
        except ImportError as error:
            fix = "pip install 'gui-agent-farm[ocr]' (Python 3.12 or older)"
            raise PrerequisiteError(f"text in pixels needs rapidocr-onnxruntime: {error}", fix=fix) from error
        self._engine: Any = RapidOCR()

    def read(self, pixels: NDArray[np.uint8]) -> tuple[Word, ...]:
        """See `TextReader`. An empty tuple where there is no text."""
        # (list of [four corners, text, confidence] or None, times)
        found, _ = self._engine(pixels)
        try:
            return tuple(
                Word(text=str(text), box=_around(corners), confidence=float(confidence))
                for corners, text, confidence in found or ()
            )
        except (TypeError, ValueError) as error:
            raise DataError(f"this version of rapidocr-onnxruntime answers otherwise: {error}", field="ocr") from error


def _around(corners: Any) -> Rect:
    """The upright box around four corners, each (x, y) in pixels."""
    xs, ys = [float(x) for x, _ in corners], [float(y) for _, y in corners]
    return Rect(round(min(xs)), round(min(ys)), round(max(xs)), round(max(ys)))


def size_of(pixels: NDArray[np.uint8]) -> Size:
    """Raises DataError for what is no picture of three channels."""
    if pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise DataError(f"pixels of shape {pixels.shape}", field="pixels", fix="use (height, width, 3)")
    return Size(pixels.shape[1], pixels.shape[0])
