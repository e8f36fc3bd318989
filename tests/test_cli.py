"""The command line as other programs use it: exit status, RESULT.json, resume, Ctrl-C, and no Qt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from vitrine import main
from vitrine.core.console import progress_bar
from vitrine.core.files.examples import examples
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.kernels import threads
from vitrine.core.kernels.context import Context
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.training.history import RunHistory

ROOT = Path(__file__).resolve().parent.parent
KEYS = (
    "parameters", "epochs", "steps", "seconds", "samples_per_second", "train_loss", "validation_loss", "test_loss",
    "test_accuracy", "seed", "weights_sha256",
)  # fmt: skip

NO_QT = """
import importlib.abc, sys

class Block(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("PySide6", "shiboken6", "pyqtgraph") or name == "vitrine.gui":
            raise ImportError(f"{name} is blocked")

sys.meta_path.insert(0, Block())
from vitrine import main
sys.exit(main.main(sys.argv[1:]))
"""


def command(*arguments: str) -> subprocess.Popen[str]:
    """The command line in a process of its own where Qt can't be imported."""
    return subprocess.Popen(
        [sys.executable, "-c", NO_QT, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
    )


def train(tmp_path: Path, *arguments: str) -> dict[str, Any]:
    """Train in this process; the written result."""
    path = tmp_path / "result.json"
    assert main.main(["train", *arguments, "--result", str(path)]) == 0
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    ("arguments", "project"), [((), None), (("a.vitrine",), "a.vitrine"), (("open",), None), (("open", "a.vitrine"), "a.vitrine")], ids=str
)
def test_opens_the_window(arguments: tuple[str, ...], project: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """`open` is what happens without a command, as --help says."""
    from vitrine.gui import app

    opened: list[str | None] = []
    monkeypatch.setattr(app, "run_app", lambda named=None: opened.append(named) or 0)
    assert main.main(list(arguments)) == 0
    assert opened == [project]


def test_trains_without_qt_and_says_how_it_went(tmp_path: Path) -> None:
    result_file, project_file = tmp_path / "result.json", tmp_path / "p.vitrine"
    run = command("train", "examples/digits_mlp.json", "--epochs", "3", "--result", str(result_file), "--save", str(project_file))
    out, err = run.communicate(timeout=120)
    assert run.returncode == 0, err
    result = json.loads(result_file.read_text())
    assert set(KEYS) <= set(result)
    assert result["epochs"] == 3 and result["steps"] == 3 * 79 and result["parameters"] == 6570 and result["seed"] == 0
    assert 0.7 < result["test_accuracy"] <= 1 and len(result["weights_sha256"]) == 64
    assert result["samples_per_second"] == pytest.approx(3 * 1258 / result["seconds"])
    assert "\r" not in err and "epoch 3/3" in err and "test_accuracy" in out
    project = load_project(project_file)
    assert project.experiment.training.epochs == 3 and project.checkpoint is not None and project.checkpoint.meta["step"] == 237


def test_same_seed_same_result(tmp_path: Path) -> None:
    first, second, other = (train(tmp_path, "digits_cnn", "--epochs", "1", "--seed", seed) for seed in ("7", "7", "8"))
    for key in set(first) - {"seconds", "samples_per_second"}:
        assert first[key] == second[key], key
    assert first["weights_sha256"] != other["weights_sha256"] and other["seed"] == 8


def test_threads_can_be_chosen_by_measuring(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The measuring leaves no trace in a net with dropout, nor in one with running means."""
    before = threads.current().threads
    try:
        for name in ("digits_cnn", "digits_resnet"):
            measured = train(tmp_path, name, "--epochs", "1", "--threads", "auto")
            assert threads.processors() == 1 or "by calibration" in capsys.readouterr().err
            assert measured["weights_sha256"] == train(tmp_path, name, "--epochs", "1", "--threads", "1")["weights_sha256"]
    finally:
        threads.use(before)


def test_a_project_goes_on_where_it_stopped(tmp_path: Path) -> None:
    project = str(tmp_path / "p.vitrine")
    whole = train(tmp_path, "digits_mlp", "--epochs", "4")
    train(tmp_path, "digits_mlp", "--epochs", "2", "--save", project)
    again = train(tmp_path, project, "--epochs", "4", "--save", project)
    assert again["weights_sha256"] == whole["weights_sha256"] and again["steps"] == whole["steps"]
    checkpoint = load_project(project).checkpoint
    assert checkpoint is not None and len(checkpoint.history["epochs/epoch"]) == 4
    fresh = train(tmp_path, project, "--seed", "9", "--epochs", "1")
    assert fresh["steps"] == 79, "another seed is another run"


@pytest.mark.parametrize("units", [30, 20], ids=["another rate", "another width"])
def test_a_project_that_was_edited_after_training_goes_on_with_what_fits(units: int, tmp_path: Path) -> None:
    """As in the window: the file holds the experiment as it was edited, and the weights of the one that was trained."""
    project = tmp_path / "p.vitrine"
    train(tmp_path, "digits_mlp", "--epochs", "1", "--save", str(project))
    stored = load_project(project)
    begun, graph = stored.experiment, stored.experiment.graph
    node = graph.order()[-2]
    assert begun.optimizer.learning_rate != 0.002 and graph[node].layer.field("units")
    kept = graph[node].layer if units == 30 else graph[node].layer.replace(units=units)
    edited = begun.replace(graph=graph.set_layer(node, kept), optimizer=begun.optimizer.replace(learning_rate=0.002))
    save_project(project, Project.of(edited, stored.known))
    again = train(tmp_path, str(project), "--epochs", "2", "--save", str(project))
    checkpoint = load_project(project).checkpoint
    assert again["steps"] == 2 * 79 and checkpoint is not None
    history = RunHistory.of(checkpoint.history)
    assert history.steps.count == 2 * 79 and history.steps.last("learning_rate") == pytest.approx(0.002)


class Expires(Dense, abstract=True):
    """A dense layer that works for some steps, and then never again."""

    used: ClassVar[int] = 0

    def forward(self, params: Any, inputs: list[np.ndarray], ctx: Context) -> np.ndarray:
        Expires.used += 1
        if Expires.used > 20:
            raise RuntimeError("it has expired")
        return super().forward(params, inputs, ctx)


def test_what_breaks_in_the_middle_is_saved(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Though no loss can be measured any more; it ended in a traceback, and nothing was written."""
    monkeypatch.setitem(Layer.registry._things, "Expires", Expires)
    monkeypatch.setattr(Expires, "used", 0)
    data = json.loads((ROOT / "examples" / "digits_mlp.json").read_text(encoding="utf-8"))
    next(node["layer"] for node in data["graph"]["nodes"] if isinstance(node["layer"], dict))["type"] = "Expires"
    (tmp_path / "e.json").write_text(json.dumps(data))
    arguments = [str(tmp_path / "e.json"), "--threads", "1", "--save", str(tmp_path / "p.vitrine"), "--result", str(tmp_path / "r.json")]
    assert main.main(["train", *arguments]) == 2
    line = capsys.readouterr().err.strip().splitlines()[-1]
    assert line.startswith("vitrine: training broke at step 20: ") and line.endswith(": RuntimeError: it has expired")
    assert "test_cli.py, line " in line  # whose code it is
    checkpoint, result = load_project(tmp_path / "p.vitrine").checkpoint, json.loads((tmp_path / "r.json").read_text())
    assert checkpoint is not None and checkpoint.meta["step"] == result["steps"] == 20
    assert result["test_loss"] is None


BAD = {
    "no such file": (["nope.json"], "nope.json: there is no such file, nor an example of that name"),
    "not JSON": (["README.md"], "README.md is not readable JSON"),
    "epochs": (["digits_mlp", "--epochs", "0"], "Epochs must be at least 1"),
    "text for a number": (["digits_mlp", "--epochs", "many"], "--epochs: invalid int value"),
    "seed": (["digits_mlp", "--seed", "-1"], "Seed must be at least 0"),
    "no data": (["mnist_mlp", "--data", "examples"], "train-images-idx3-ubyte.gz is not there"),
    "result's folder": (["digits_mlp", "--result", "no/such/folder/r.json"], "can't be written"),
    "result is a folder": (["digits_mlp", "--save", "examples"], "it is a folder"),
    "a folder's name": (["digits_mlp", "--save", "no_such_folder/"], "it names a folder"),
    "a folder's name for the result": (["digits_mlp", "--result", "no_such_folder/"], "it names a folder"),
    "result over project": (["digits_mlp", "--save", "p.vitrine", "--result", "./p.vitrine"], "would take the place of the project"),
    "result over experiment": (["README.md", "--result", "README.md"], "would take the place of the experiment"),
    "a name that is too long": (["n" * 5000], "there is no such file, nor an example of that name"),
    "threads": (["digits_mlp", "--threads", "0"], "neither a number of threads nor auto"),
    "option": (["digits_mlp", "--speed", "3"], "unrecognized arguments"),
    "nothing": ([], "required: EXPERIMENT"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_one_line_and_status_2(case: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("VITRINE_DATA", "")  # --data sets it: put back afterwards
    arguments, words = BAD[case]
    try:
        status: object = main.main(["train", *arguments])
    except SystemExit as exit_:
        status = exit_.code
    out, err = capsys.readouterr()
    assert status == 2 and words in err and err.count("\n") == 1 and out == ""


def test_divergence_ends_with_status_2_and_still_saves(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = json.loads((ROOT / "examples" / "digits_mlp.json").read_text(encoding="utf-8"))
    data["optimizer"]["learning_rate"] = 1e30
    (tmp_path / "wild.json").write_text(json.dumps(data))
    arguments = ["train", str(tmp_path / "wild.json"), "--save", str(tmp_path / "p.vitrine"), "--result", str(tmp_path / "r.json")]
    assert main.main(arguments) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("vitrine: training stopped") and "Lower the learning rate from 1e+30" in last
    assert load_project(tmp_path / "p.vitrine").checkpoint is not None
    assert json.loads((tmp_path / "r.json").read_text())["steps"] == 1


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT can be sent to one process on Windows")
def test_what_cannot_be_saved_where_it_is_wanted_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was lost, after hours perhaps, and the result was not written either."""
    path, spare, run = tmp_path / "a.vitrine", tmp_path / "spare", main._run

    def protect(*arguments: Any) -> Any:
        path.touch(mode=0o444)
        return run(*arguments)

    spare.mkdir()
    monkeypatch.setattr(main, "_run", protect)
    monkeypatch.setattr(main.tempfile, "tempdir", str(spare))
    assert main.main(["train", "xor", "--epochs", "3", "--save", str(path), "--result", str(tmp_path / "r.json")]) == 2
    (kept,) = spare.glob("*/*.vitrine")
    assert f"write-protected; what was learnt is in {kept}" in capsys.readouterr().err
    checkpoint = load_project(kept).checkpoint
    assert checkpoint is not None and not path.stat().st_size
    assert json.loads((tmp_path / "r.json").read_text())["steps"] == checkpoint.meta["step"] > 0


def test_ctrl_c_ends_cleanly_and_saves(tmp_path: Path) -> None:
    project = tmp_path / "p.vitrine"
    run = command("train", "digits_mlp", "--epochs", "1000000", "--save", str(project))
    assert run.stderr is not None
    assert any("epoch" in line for line in iter(run.stderr.readline, ""))  # it trains
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 0 and ": stopped" in err and "Traceback" not in err and "test_accuracy" in out
    checkpoint = load_project(project).checkpoint
    assert checkpoint is not None and checkpoint.meta["step"] > 0


ONE_MORE_WHILE_IT_SAVES = """
import os, signal, sys
from vitrine import main
from vitrine.core.files import project
save = project.save_project
def interrupted(*arguments):
    os.kill(os.getpid(), signal.SIGINT)
    save(*arguments)
project.save_project = interrupted
sys.exit(main.main(sys.argv[1:]))
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT can be sent to one process on Windows")
def test_a_second_ctrl_c_while_it_saves_loses_nothing(tmp_path: Path) -> None:
    project = tmp_path / "p.vitrine"
    arguments = ["train", "xor", "--epochs", "1", "--save", str(project)]
    run = subprocess.run([sys.executable, "-c", ONE_MORE_WHILE_IT_SAVES, *arguments], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
    assert load_project(project).checkpoint is not None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_what_the_system_ends_is_saved(tmp_path: Path, name: str) -> None:
    project = tmp_path / "p.vitrine"
    run = command("train", "digits_mlp", "--epochs", "1000000", "--save", str(project))
    assert run.stderr is not None
    assert any("epoch" in line for line in iter(run.stderr.readline, ""))  # it trains
    run.send_signal(getattr(signal, name))
    _, err = run.communicate(timeout=60)
    assert run.returncode == 0 and ": stopped" in err
    assert load_project(project).checkpoint is not None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
@pytest.mark.parametrize("stream", ["2>/dev/full", "2>&-", ">/dev/full", ">&-", ">&- 2>&-"])
def test_work_is_saved_though_nothing_can_be_said(tmp_path: Path, stream: str) -> None:
    project = tmp_path / "p.vitrine"
    words = f'"{sys.executable}" main.py train xor --epochs 1 --save "{project}" {stream}'
    run = subprocess.run(["sh", "-c", words], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert load_project(project).checkpoint is not None, run.stderr
    assert "Traceback" not in run.stderr
    assert run.returncode == (2 if stream == ">/dev/full" else 0)


def test_examples_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["examples"]) == 0
    out = capsys.readouterr().out
    for example in examples():
        assert f"  {example.name} " in out and example.title in out and example.topic in out


def unread(*arguments: str, errors_too: bool = False) -> tuple[int, str]:
    """Exit status and stderr of `main.py` on a pipe whose other end was closed, as after `| head`."""
    reader, writer = os.pipe()
    os.close(reader)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    try:
        to = writer if errors_too else subprocess.PIPE
        command = [sys.executable, "main.py", *arguments]
        run = subprocess.run(command, cwd=ROOT, env=buffered, stdout=writer, stderr=to, text=True, timeout=120)
    finally:
        os.close(writer)
    return run.returncode, run.stderr or ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
@pytest.mark.parametrize("arguments", [["examples"], ["--help"], ["train", "--help"]], ids=" ".join)
def test_a_reader_that_leaves_early_ends_it_quietly(arguments: list[str]) -> None:
    assert unread(*arguments) == (141, "")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGPIPE")
def test_work_is_saved_though_nobody_reads(tmp_path: Path) -> None:
    """Its output is unread from the start, on both streams; without a file to write it ends at the first line."""
    result = tmp_path / "r.json"
    assert unread("train", "digits_softmax", "--epochs", "2", "--result", str(result), errors_too=True)[0] == 141
    assert json.loads(result.read_text())["epochs"] == 2
    began = time.monotonic()
    assert unread("train", "digits_softmax", "--epochs", "1000000", errors_too=True)[0] == 141
    assert time.monotonic() - began < 60
    status, err = unread("train", "digits_softmax", "--epochs", "1")
    assert status == 141 and "Traceback" not in err and "BrokenPipe" not in err and "epoch 1/1" in err


def test_a_terminal_gets_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(progress_bar, "REDRAW", 0.0)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "70")
    assert main.main(["train", "digits_softmax", "--epochs", "2"]) == 0
    err = capsys.readouterr().err
    drawn = err.split("\r")
    assert len(drawn) > 100 and "epoch 2/2 [####" in drawn[-3] and max(map(len, drawn[:-2])) <= 70
