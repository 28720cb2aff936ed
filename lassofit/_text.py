"""Plain text: tables, durations and numbers, in ASCII, which every terminal and pipe can take."""


def table(headers, rows, left=()):
    """Return the rows as aligned text under the headers.

    Columns are right-aligned, except those whose header is in ``left``. An empty row leaves a
    blank line.
    """
    cells = [[str(cell) for cell in row] for row in (headers, *rows)]
    widths = [max(len(row[k]) for row in cells if row) for k in range(len(headers))]

    def line(row):
        """One row, padded."""
        parts = [
            cell.ljust(width) if header in left else cell.rjust(width)
            for header, cell, width in zip(headers, row, widths, strict=True)
        ]
        return "  ".join(parts).rstrip()

    rule = "  ".join("-" * width for width in widths)
    return "\n".join([line(cells[0]), rule, *(line(row) if row else "" for row in cells[1:])])


def duration(seconds):
    """Return a length of time with a unit that fits, or '-' for none."""
    if seconds is None:
        return "-"
    if seconds < 1e-3:
        return f"{seconds * 1e6:.0f} us"
    if seconds < 0.1:
        return f"{seconds * 1e3:.2f} ms"
    if seconds < 1:
        return f"{seconds * 1e3:.0f} ms"
    return f"{seconds:.2f} s"


def number(value, digits=6):
    """Return a number with the given significant digits, or '-' for none."""
    return "-" if value is None else f"{value:.{digits}g}"


def small(value):
    """Return a small number such as a gap, in the form 1.2e-07."""
    return "-" if value is None else f"{value:.1e}"


def counted(count, noun):
    """Return a count with its noun."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def several(names, most=8):
    """Return names in one line, the first few of them only."""
    names = [str(name) for name in names]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
