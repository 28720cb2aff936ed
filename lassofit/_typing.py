"""Types that the public signatures share."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from pandas import DataFrame
else:  # neither need be installed
    Axes = DataFrame = Any


class Table(Protocol):
    """A sparse matrix or array, or a data frame, of any package."""

    @property
    def shape(self) -> Any:
        """Numbers of rows and columns."""


Array: TypeAlias = NDArray[Any]
Data: TypeAlias = ArrayLike | Table
Names: TypeAlias = Sequence[str] | Array | None
Gram: TypeAlias = bool | Literal["auto"] | Sequence[Sequence[float]] | Array
Factor: TypeAlias = ArrayLike | Mapping[str, float] | None
Bounds: TypeAlias = Sequence[ArrayLike | None] | Array | Mapping[str, Sequence[float | None]] | None
Seed: TypeAlias = int | np.random.RandomState | None
Solver: TypeAlias = Literal["auto", "active_set", "cd"]
Selection: TypeAlias = Literal["cyclic", "random"]
Ratios: TypeAlias = float | Sequence[float] | Array
AlphaRule: TypeAlias = Literal["min", "1se"] | Callable[[dict[str, Array]], int]
Scoring: TypeAlias = str | Callable[..., float] | None
Folds: TypeAlias = Any  # a number, a splitter of scikit-learn's, which has no types, or pairs of arrays, or None
Panels: TypeAlias = Axes | Sequence[Axes] | Array | None
