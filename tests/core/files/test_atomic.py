"""Whole or not at all; and what killed writers left is swept up by the next, that of living ones is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from vitrine.core.errors import FileError
from vitrine.core.files.atomic import sweep, write_atomically
from vitrine.core.files.locks import held, take

WRITER = """
import signal, sys
from vitrine.core.files.atomic import write_atomically
def write(file):
    file.write(b"half"); file.flush(); print("writing", flush=True); signal.pause()  # until it is killed
write_atomically(sys.argv[1], write)
"""

posix = pytest.mark.skipif(os.name == "nt", reason="an open file can't be swept on Windows anyway")


@pytest.fixture
def writer(tmp_path: Path) -> subprocess.Popen[str]:
    """A process in the middle of writing."""
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path / "p.vitrine")], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "writing\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.stdout is not None
    process.stdout.close()


@posix
def test_what_a_killed_writer_left_goes_with_the_next_write(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    (tmp_path / ".other.0123456789ab.tmp.txt").write_text("not ours")
    assert sweep(tmp_path) == 0  # it lives
    write_atomically(tmp_path / "p.vitrine", lambda file: file.write(b"whole"))
    assert len(list(tmp_path.glob(".p.vitrine.*.tmp"))) == 1
    end(writer)
    assert len(list(tmp_path.glob("*.tmp"))) == 1
    write_atomically(tmp_path / "p.vitrine", lambda file: file.write(b"again"))
    assert sorted(p.name for p in tmp_path.iterdir()) == [".other.0123456789ab.tmp.txt", "p.vitrine"]
    assert (tmp_path / "p.vitrine").read_bytes() == b"again"


@posix
def test_what_a_killed_writer_left_is_swept_at_a_start(tmp_path: Path, writer: subprocess.Popen[str]) -> None:
    end(writer)
    assert sweep(tmp_path) == 1 and not list(tmp_path.iterdir())


@posix
def test_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    """As a device is: written by root, /dev/null would be a file from then on."""
    pipe, got = tmp_path / "pipe", []
    os.mkfifo(pipe)
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, lambda file: file.write(b"whole"))
    reader.join(10)
    assert pipe.is_fifo() and got == [b"whole"] and list(tmp_path.iterdir()) == [pipe]


def test_a_name_that_none_can_bear(tmp_path: Path) -> None:
    for name in ("a\0b", "n" * 5000):
        with pytest.raises(FileError, match="can't be written"):
            write_atomically(tmp_path / name, lambda file: file.write(b"whole"))


def test_many_writers_of_one_file(tmp_path: Path) -> None:
    """They sweep while others write; every one succeeds and the last is whole."""
    failures: list[BaseException] = []

    def write(letter: bytes) -> None:
        try:
            for _ in range(30):
                write_atomically(tmp_path / "p", lambda file: file.write(letter * 50_000))
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(letter,)) for letter in (b"a", b"b", b"c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures and [p.name for p in tmp_path.iterdir()] == ["p"]
    assert (tmp_path / "p").read_bytes() in {letter * 50_000 for letter in (b"a", b"b", b"c")}


def test_the_longest_names_can_be_written(tmp_path: Path) -> None:
    path = tmp_path / ("숫" * 82 + ".vitrine")  # 254 bytes
    write_atomically(path, lambda file: file.write(b"x"))
    assert path.read_bytes() == b"x"
    with pytest.raises(FileError, match="can't be written"):
        write_atomically(tmp_path / ("n" * 300), lambda file: file.write(b"x"))


@posix
def test_a_lock_ends_with_its_process(tmp_path: Path) -> None:
    path = tmp_path / "a.lock"
    assert not held(path)
    code = f"from vitrine.core.files.locks import take; f = open({str(path)!r}, 'a+b'); assert take(f); print('held', flush=True); input()"
    process = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    assert held(path)
    end(process)
    assert process.stdin is not None
    process.stdin.close()
    assert not held(path)
    with open(path, "a+b") as mine:
        assert take(mine) and held(path)  # this process counts too
