"""Write the STAMP line of every kernel file, or check it.

    python tests/stamp.py           writes the lines
    python tests/stamp.py --check   changes nothing; exit code 1 where a line is wrong

Why: numba keys a cached function by its signature, the CPU and the function's OWN file (its content
in recent versions, its modification time and size in older ones). A callee in another file, or the
compiler flags in ``jit.py``, are not part of that key. After an upgrade that changed only those,
the machine code in a user's cache would go on running, silently, with the old callee compiled into
it. So every kernel file carries one line, the same in all of them, that changes whenever any of
them or ``jit.py`` does: the hash of these files, their STAMP lines left out.

Some packagers set every file's modification time to one constant. For the older numba the size
must then tell two versions apart, so the hash is followed by 0 to 63 dashes, their number being
taken from the hash: an unchanged size is left with a chance of 1 in 64.

A new kernel file starts out with the line ``STAMP = ""`` below its imports.
"""

import argparse
import hashlib
import re
import sys
from pathlib import Path

ENGINE = Path(__file__).resolve().parent.parent / "lassofit" / "_engine"
LINE = re.compile(r'^STAMP = ".*"\n', re.MULTILINE)


def kernel_files(engine=ENGINE):
    """Files that carry the stamp."""
    return sorted((engine / "kernels").glob("*.py"))


def stamp_line(engine=ENGINE):
    """Line that belongs into every kernel file as they now stand."""
    digest = hashlib.sha256()
    for file in [engine / "jit.py", *kernel_files(engine)]:
        # read as text: the line endings of a checkout on Windows give the same hash
        text = LINE.sub("", file.read_text("utf-8"))
        # the length too: moving lines from one file's end to the next one's head is a change
        digest.update(f"{file.name} {len(text)}\n{text}".encode())
    return f'STAMP = "{digest.hexdigest()[:16]}{"-" * (digest.digest()[-1] % 64)}"\n'


def stale_files(engine=ENGINE):
    """Kernel files whose STAMP line is missing, doubled or not the right one."""
    line = stamp_line(engine)
    return [file for file in kernel_files(engine) if LINE.findall(file.read_text("utf-8")) != [line]]


def write(engine=ENGINE):
    """Bring the STAMP lines up to date; return the files that were not."""
    stale = stale_files(engine)
    line = stamp_line(engine)
    for file in stale:
        file.write_text(LINE.sub(line, file.read_text("utf-8")), "utf-8")
    return stale


def main(arguments=None):
    """Run the command line; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing, only check")
    check = parser.parse_args(arguments).check
    if not check:
        for file in write():
            print("stamped", file.relative_to(ENGINE.parent.parent))
    stale = stale_files()
    for file in stale:
        print("no single, right STAMP line in", file.relative_to(ENGINE.parent.parent))
    if stale and check:
        print("run: python tests/stamp.py")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
