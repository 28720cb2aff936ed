"""The way back of a stream: what its steps have changed since the last good state, at the features that they touch."""

# Entries of rows that are as much work, one by one, as all features in order: their share of p. At p of 2^18 it was .2.
DENSE = 0.25


class Undo:
    """What a state was, part by part of the stream, before the steps over the part.

    ``parts`` has the features of a part, with repetitions, and the arrays there; None and whole arrays where all may
    change, or where that is less work. What comes after that needs no record.
    """

    def __init__(self, state, parts=()):
        self.state, self.parts = state, list(parts)
        self.held = sum(len(columns) for columns, _ in self.parts if columns is not None)

    def clear(self):
        """Take the state as it is for the one to go back to."""
        self.parts, self.held = [], 0

    def note(self, columns):
        """Hold the state as it is, at these features; None for all."""
        if self.parts and self.parts[-1][0] is None:
            return
        if columns is None or self.held + len(columns) > DENSE * len(self.state.v):
            self.parts.append((None, [array.copy() for array in self.state]))
        else:
            self.held += len(columns)
            clock, arrays = self._touched()
            # Columns are the user's data. Of rows of 4 numbers a take is five times as fast as an index.
            self.parts.append((columns.copy(), [clock.copy(), *(array.take(columns, axis=0) for array in arrays)]))

    def back(self):
        """Go back to the last good state; where that is interrupted, it may be done again."""
        while self.parts:
            columns, values = self.parts[-1]
            if columns is None:
                for array, value in zip(self.state, values, strict=True):
                    array[...] = value
            else:
                clock, arrays = self._touched()
                clock[:] = values[0]
                for array, value in zip(arrays, values[1:], strict=True):
                    array[columns] = value
            self.parts.pop()
        self.clear()

    def _touched(self):
        """Return the clock, and the arrays by feature; the sums of a period are written before they are read."""
        v, paid, clock, adaptive, total, since, _ = self.state
        return clock, [array for array in (v, paid, adaptive, total, since) if len(array)]
