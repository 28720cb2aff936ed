"""The STAMP line in the kernel files: right as committed, and different after every change."""

import shutil

import pytest
import stamp


@pytest.fixture
def engine(tmp_path):
    """Copy of the engine, free to be changed, with right STAMP lines."""
    copy = shutil.copytree(stamp.ENGINE, tmp_path / "_engine", ignore=shutil.ignore_patterns("__pycache__"))
    stamp.write(copy)
    return copy


def append(file, text):
    """Add text at the end of a file."""
    file.write_text(file.read_text("utf-8") + text, "utf-8")


def without_stamp(file):
    """Text of a file without its STAMP lines."""
    return stamp.LINE.sub("", file.read_text("utf-8"))


def test_every_kernel_file_carries_the_right_stamp():
    assert stamp.kernel_files()
    assert stamp.stale_files() == [], "run: python tests/stamp.py"


def test_a_change_anywhere_makes_every_file_stale_until_written(engine):
    for changed in [engine / "jit.py", *stamp.kernel_files(engine)]:
        assert stamp.stale_files(engine) == []
        append(changed, "# changed\n")
        assert stamp.stale_files(engine) == stamp.kernel_files(engine), changed.name
        assert stamp.write(engine) == stamp.kernel_files(engine)


def test_writing_changes_only_the_stamp_line_and_settles_at_once(engine):
    before = [without_stamp(file) for file in stamp.kernel_files(engine)]
    append(engine / "jit.py", "# changed\n")
    stamp.write(engine)
    assert [without_stamp(file) for file in stamp.kernel_files(engine)] == before
    assert stamp.write(engine) == []


def test_a_file_without_the_line_is_stale_and_stays_so(engine):
    file = stamp.kernel_files(engine)[-1]
    file.write_text(without_stamp(file), "utf-8")
    stamp.write(engine)
    assert stamp.stale_files(engine) == [file]


def test_moving_code_between_files_changes_the_stamp(engine):
    first, second = stamp.kernel_files(engine)[:2]
    append(first, "# moved\n")
    before = stamp.stamp_line(engine)
    first.write_text(first.read_text("utf-8").removesuffix("# moved\n"), "utf-8")
    second.write_text("# moved\n" + second.read_text("utf-8"), "utf-8")
    assert stamp.stamp_line(engine) != before


def test_line_endings_do_not_change_the_stamp(engine):
    before = stamp.stamp_line(engine)
    for file in stamp.kernel_files(engine):
        file.write_bytes(file.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
    assert stamp.stamp_line(engine) == before


def test_the_length_varies_and_the_line_stays_short(engine):
    lines = []
    for version in range(300):
        append(engine / "jit.py", f"# {version}\n")
        lines.append(stamp.stamp_line(engine))
    assert len(set(lines)) == len(lines)
    assert len({len(line) for line in lines}) > 50  # of 64; equally likely lengths give about 63
    assert max(map(len, lines)) <= 100
