"""How alike two texts are, for many pairs at once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def text_similarities(texts_N: Sequence[str], others_M: Sequence[str]) -> NDArray[np.float64]:
    """1 − Levenshtein distance / length of the longer text, in [0, 1], of shape (N, M); 1 for two empty texts.

    Symmetric, and 1 only for equal texts (code points, case included). Equal texts are compared once.
    """
    from rapidfuzz.distance import Levenshtein
    from rapidfuzz.process import cdist

    rows, row_of_N = _unique(texts_N)
    columns, column_of_M = _unique(others_M)
    if not rows or not columns:
        return np.zeros((len(texts_N), len(others_M)))
    unique = cdist(rows, columns, scorer=Levenshtein.normalized_similarity, dtype=np.float64, workers=1)
    similar: NDArray[np.float64] = unique[np.ix_(row_of_N, column_of_M)]
    return similar


def _unique(texts: Sequence[str]) -> tuple[list[str], list[int]]:
    """Each text once, and which of them stands at each place."""
    index: dict[str, int] = {}
    places = [index.setdefault(text, len(index)) for text in texts]
    return list(index), places
