"""The ways in which labels may be exchanged between two methods: all of them where few, else a sample."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from math import comb, prod
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reportgen.stats.pairs import Pair

    Members = NDArray[np.bool_]

ENUMERATE_UP_TO = 20_000
TABLE_UP_TO = 200_000
CHUNK_ELEMENTS = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Arrangements:
    """All ways to hand the labels of two methods to their pooled units.

    Unpaired, units exchange labels within their stratum; paired, the two units of each pair do. An arrangement is a
    (U,) mask of the units that count for the first method.

    Parameters
    ----------
    pair
        The units.
    count
        How many arrangements there are.
    mirrored
        Whether the exchange of all labels is an arrangement too, so that the smallest two-sided p is 2 / count.
    """

    pair: Pair
    count: int
    mirrored: bool

    @classmethod
    def of(cls, pair: Pair) -> Arrangements:
        """Count the arrangements of a pair."""
        if pair.coupled:
            return cls(pair=pair, count=2 ** len(pair.first_units), mirrored=True)
        sizes = list(zip(pair.sizes_first.tolist(), pair.sizes_second.tolist(), strict=True))
        return cls(pair=pair, count=prod(comb(a + b, a) for a, b in sizes), mirrored=all(a == b for a, b in sizes))

    @property
    def few(self) -> bool:
        """Whether all of them are looked at."""
        return self.count <= ENUMERATE_UP_TO

    @property
    def smallest(self) -> float:
        """The smallest two-sided p that all of them can give, whatever the scores, ties included."""
        return min(1.0, (2 if self.mirrored else 1) / self.count)

    def chunks(self, sampled: int, rng: np.random.Generator) -> Iterator[Members]:
        """Yield (U, B) masks: every arrangement once where they are few, else `sampled` of them drawn at random.

        The size of a chunk follows from the number of scores alone; it belongs to the definition of the stream.
        """
        size = max(1, CHUNK_ELEMENTS // len(self.pair.values))
        total = self.count if self.few else sampled
        for start in range(0, total, size):
            width = min(size, total - start)
            if self.pair.coupled:
                yield self._flipped(start, width, rng)
            else:
                yield self._exchanged(start, width, rng)

    def _flipped(self, start: int, width: int, rng: np.random.Generator) -> Members:
        pairs = len(self.pair.first_units)
        if self.few:
            kept = (np.arange(start, start + width) >> np.arange(pairs)[:, None]) & 1 == 0
        else:
            kept = rng.integers(0, 2, size=(pairs, width), dtype=np.uint8) == 0
        return np.concatenate([kept, ~kept])

    def _exchanged(self, start: int, width: int, rng: np.random.Generator) -> Members:
        sizes = np.stack([self.pair.sizes_first, self.pair.sizes_second])
        starts = np.concatenate(([0], np.cumsum(sizes.sum(axis=0))[:-1]))
        members = np.zeros((self.pair.n_units, width), dtype=bool)
        stride = 1
        for first, second in np.unique(sizes, axis=1).T.tolist():
            strata = starts[(sizes[0] == first) & (sizes[1] == second)]
            units = strata + np.arange(first + second)[:, None]
            ways = comb(first + second, first)
            if self.few:
                digits = np.empty((len(strata), width), dtype=np.intp)
                for row in digits:
                    row[:] = np.arange(start, start + width) // stride % ways
                    stride *= ways
                members[units] = _table(first, second)[:, digits]
            elif ways <= TABLE_UP_TO:
                members[units] = _table(first, second)[:, rng.integers(0, ways, size=(len(strata), width))]
            else:
                order = rng.random((len(strata), width, first + second)).argsort(axis=2).argsort(axis=2)
                members[units] = np.moveaxis(order < first, 2, 0)
        return members


@lru_cache(maxsize=32)
def _table(first: int, second: int) -> Members:
    """Return (first + second, ways): every choice of `first` among the units, the choice as it is first."""
    chosen = np.array(list(combinations(range(first + second), first)), dtype=np.intp)
    table = np.zeros((first + second, len(chosen)), dtype=bool)
    table[chosen.T, np.arange(len(chosen))] = True
    return table
