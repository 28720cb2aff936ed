"""Ticks that are legible: no factor apart from its labels, few labels on short logarithmic axes, none past the data.

It imports matplotlib, so it is imported by a plot alone. Locators and formatters are classes at the top, so that drawn
figures can be pickled.
"""

import numpy as np
from matplotlib.ticker import AutoLocator, Locator, LogFormatterSciNotation, LogLocator, NullFormatter, ScalarFormatter

_WIDTH = 4.5  # of a label on a short axis with the space beside it, in font sizes
_SUBS = ((1, 2, 3, 4, 5, 6, 7, 8, 9), (1, 2, 3, 5, 7), (1, 2, 5), (1, 3))


class WholeFormatter(ScalarFormatter):
    """Labels with their power of ten, 1.5e10: matplotlib writes it above the axis, over the labels at the top."""

    def __init__(self):
        super().__init__(useOffset=False, useMathText=False)

    def __call__(self, x, pos=None):
        """Return the label of one tick."""
        label, factor = super().__call__(x, pos), super().get_offset()  # '' or '1e10'
        return label + factor.removeprefix("1") if x else label

    def get_offset(self):
        """Return nothing."""
        return ""


class ShortLogLocator(Locator):
    """Powers of ten; where fewer than two are in view, as many other numbers as have room for their labels."""

    def __init__(self, size):
        self.size = size

    def __call__(self):
        """Return the ticks within the limits."""
        return self.tick_values(*self.axis.get_view_interval())

    def tick_values(self, vmin, vmax):
        """Return the ticks between two limits."""
        low, high = sorted((vmin, vmax))
        if not 0 < low < high < np.inf:
            return np.array([])
        first, last = np.log10([low, high])
        if np.floor(last) - np.ceil(first) >= 1:
            decades = LogLocator(base=10.0)
            decades.set_axis(self.axis)
            return decades.tick_values(low, high)
        most = self._most()
        powers = 10.0 ** np.arange(np.floor(first), np.ceil(last) + 1)
        for subs in _SUBS:
            at = np.outer(powers, subs).ravel()
            at = at[(low <= at) & (at <= high)]
            if len(at) > 1 and np.diff(np.log10(at)).min() * most >= last - first:
                return at
        at = AutoLocator().tick_values(low, high)
        at = at[(low <= at) & (at <= high)]  # of what is so short that it is all but linear
        return at[:: -(-len(at) // max(1, most - 1))]

    def _most(self):
        """Return how many labels have room side by side."""
        frame, dots = self.axis.axes.get_window_extent(), self.axis.axes.figure.dpi / 72
        return max(2, int(frame.width / (_WIDTH * self.size * dots)))


class ShortLogFormatter(LogFormatterSciNotation):
    """Powers of ten as such, 10²; other numbers plainly, 0.02 or 4e4."""

    _at = ()

    def __call__(self, x, pos=None):
        """Return the label of one tick."""
        ticks = self._at
        if not len(ticks) or np.allclose(np.log10(ticks), np.round(np.log10(ticks)), rtol=0, atol=1e-9):
            return super().__call__(x, pos)
        if 1e-3 <= x < 1e4:
            return f"{x:g}"
        power = int(np.floor(np.log10(x) + 1e-9))
        return f"{x / 10.0**power:.4g}e{power}"

    def set_locs(self, locs=None):
        """Keep the ticks."""
        super().set_locs(locs)
        self._at = [] if locs is None else locs


class UntilLocator(AutoLocator):
    """Ticks up to the end of the data; what is right of it is room for labels, not part of the scale."""

    def __init__(self, last):
        super().__init__()
        self.last = last

    def tick_values(self, vmin, vmax):
        """Return the ticks between two limits."""
        at = super().tick_values(vmin, vmax)
        return at[at <= self.last + 1e-9 * abs(self.last)]


def short_log(axis):
    """Give a logarithmic x axis few labels."""
    axis.set_major_locator(ShortLogLocator(axis.get_major_ticks(1)[0].label1.get_size()))
    axis.set_major_formatter(ShortLogFormatter())
    axis.set_minor_formatter(NullFormatter())
