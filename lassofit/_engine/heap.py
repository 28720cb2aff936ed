"""Memory from one fit to the next: its pages stay with the process, as the kernel takes 1.5 us to hand one out.

glibc asks the kernel for every array above a threshold, at first 128 KiB, and gives it back when it is freed; pages at
the end of its heap above twice that, too. A fit of 200 x 20000 at alpha_max / 100 so had 1000 pages to get, 2 of its 12
ms. The threshold grows to the size of what was freed. So one array that nobody touches does it, and costs nothing;
where the user has set the thresholds (``MALLOC_MMAP_THRESHOLD_`` and the like), or the allocator is another, it has no
effect.
"""

import numpy as np

SIZE = 1 << 23  # bytes; twice as much, at most, stays with the process


def keep():
    """Have arrays up to ``SIZE`` come from the heap."""
    np.empty(SIZE, dtype=np.uint8)
