"""The way back of a stream: what its steps have changed since the last good state, at the features that they touch."""

# Entries of rows that are as much work, one by one, as all features in order: their share of p. At p of 2^18 it was .2.
DENSE = 0.25


class Undo:
    """What a state was, part by part of the stream, before the steps over the part.

    A part's record is its features, with repetitions, and the arrays there; or None and whole arrays where all may
    change, or where that is less work. ``parts`` are since the last good state, up to the first whole one; ``latest``
    is that of the part under way. Only some methods write to ``paid``, as ``pays`` has it.
    """

    def __init__(self, state, pays):
        self.state, self.pays, self.parts, self.latest = state, pays, (), None

    def note(self, columns):
        """Hold the state as it is, before a part; at these features, None for all."""
        held = 0 if self._whole() else sum(len(earlier) for earlier, _ in self.parts)
        if columns is None or held + len(columns) > DENSE * len(self.state.v):
            self.latest = None, [array.copy() for array in self.state]
        else:
            clock, arrays = self._touched()
            # Columns are the user's data. Of rows of 4 numbers a take is five times as fast as an index.
            self.latest = columns.copy(), [clock.copy(), *(array.take(columns, axis=0) for array in arrays)]

    def keep(self, good):
        """End a part: its outcome is a good state, or a state that may have to be left."""
        if good:
            self.parts = ()
        elif not self._whole():
            self.parts += (self.latest,)
        self.latest = None

    def part(self):
        """Go back to before the part, if one is under way."""
        if self.latest is not None:
            self._restore(*self.latest)
            self.latest = None

    def back(self):
        """Go back to the last good state."""
        self.part()
        for record in reversed(self.parts):
            self._restore(*record)
        self.parts = ()

    def _restore(self, columns, values):
        """Put the values of a record back."""
        if columns is None:
            for array, value in zip(self.state, values, strict=True):
                array[...] = value
        else:
            clock, arrays = self._touched()
            clock[:] = values[0]
            for array, value in zip(arrays, values[1:], strict=True):
                array[columns] = value

    def _whole(self):
        """Return whether the parts have a record of all features: from there on none is needed."""
        return bool(self.parts) and self.parts[-1][0] is None

    def _touched(self):
        """Return the clock, and the arrays by feature; the sums of a period are written before they are read."""
        v, paid, clock, adaptive, total, since, _ = self.state
        arrays = (v, paid, adaptive, total, since) if self.pays else (v, adaptive, total, since)
        return clock, [array for array in arrays if len(array)]
