"""The door to Vitrine: `main.py [PROJECT]` opens the window, `main.py train` trains without one, `main.py examples` lists them."""

from __future__ import annotations

import argparse
import contextlib
import importlib.machinery
import importlib.util
import json
import math
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if "vitrine" not in sys.modules:  # `python main.py`: the folder it lies in is the package, whatever else is installed
    _spec = importlib.machinery.ModuleSpec("vitrine", None, is_package=True)
    _spec.submodule_search_locations = [str(Path(__file__).resolve().parent)]
    sys.modules["vitrine"] = importlib.util.module_from_spec(_spec)

if TYPE_CHECKING:
    from vitrine.core.console.progress_bar import ProgressBar
    from vitrine.core.files.project import Project
    from vitrine.core.training.trainer import Trainer

COMMANDS = ("open", "examples", "train")
BAD_INPUT = 2
INTERRUPTED = 130
UNHEARD = 141  # 128 + SIGPIPE, as a shell has it: whoever read the output has gone, `head` for instance


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"vitrine: {message} (see --help)\n")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit status: 0, 2 for bad input, 130 if it was interrupted before it began, 141 where nobody reads on."""
    from vitrine.core.console.output import let_go_of_output

    try:
        try:
            return command(arguments)
        finally:  # also after --help: what is still in the buffer fails here, not while the interpreter goes down
            if sys.stdout is not None:
                sys.stdout.flush()
    except BrokenPipeError:
        let_go_of_output()
        return UNHEARD
    except OSError as error:  # the disk that takes the output is full, say
        let_go_of_output()
        print(f"vitrine: {error}", file=sys.stderr)
        return BAD_INPUT


def command(arguments: list[str] | None = None) -> int:
    """Do what the arguments ask for; the exit status."""
    arguments = sys.argv[1:] if arguments is None else arguments
    named = bool(arguments) and arguments[0] in (*COMMANDS, "-h", "--help")
    options = parser().parse_args(arguments if named else ["open", *arguments])
    if options.command == "open":
        from vitrine.gui.app import run_app

        return run_app(options.project)
    from vitrine.core.errors import VitrineError

    try:
        return list_examples() if options.command == "examples" else train(options)
    except VitrineError as error:
        print(f"vitrine: {' '.join(str(error).split())}", file=sys.stderr)
        return BAD_INPUT
    except KeyboardInterrupt:
        print("vitrine: interrupted before training began", file=sys.stderr)
        return INTERRUPTED


def parser() -> argparse.ArgumentParser:
    top = Parser(prog="vitrine", description="Assemble neural networks by pointing and clicking, and watch them train.")
    commands = top.add_subparsers(dest="command", required=True, parser_class=Parser)
    window = commands.add_parser("open", help="open the window; `vitrine` and `vitrine PROJECT` alone do so, too")
    window.add_argument("project", nargs="?", metavar="PROJECT", help="a project file or the JSON of an experiment")
    commands.add_parser("examples", help="list the experiments that come with the app")
    run = commands.add_parser("train", help="train without a window")
    run.add_argument("experiment", metavar="EXPERIMENT", help="JSON of an experiment, a project (its run goes on), or an example's name")
    run.add_argument("--epochs", type=int, metavar="N", help="passes over the training part in all, instead of the stored number")
    run.add_argument("--seed", type=int, metavar="S", help="seed of weights, shuffling and dropout, instead of the stored one")
    run.add_argument("--data", metavar="DIR", help="folder with data, as VITRINE_DATA")
    run.add_argument(
        "--threads",
        type=_threads,
        default="auto",
        metavar="N",
        help="threads for the arithmetic; auto, the default, measures which number is faster",
    )
    run.add_argument("--result", metavar="RESULT.json", help="write the outcome to this file")
    run.add_argument("--save", metavar="PROJECT", help="write experiment, weights and history to this project file")
    return top


def _threads(text: str) -> int | str:
    if text == "auto" or (text.isdecimal() and int(text) > 0):
        return text if text == "auto" else int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is neither a number of threads nor auto")


def list_examples() -> int:
    """Print name and title of each example, by topic."""
    from vitrine.core.files.examples import examples

    topic = None
    for example in examples():
        if example.topic != topic:
            print(("" if topic is None else "\n") + example.topic)
            topic = example.topic
        print(f"  {example.name:<22} {example.title} ({example.dataset})")
    return 0


def train(options: argparse.Namespace) -> int:
    """Train an experiment to its end, or until Ctrl-C, and write what was asked for."""
    from vitrine.core import contributions
    from vitrine.core.console.progress_bar import ProgressBar
    from vitrine.core.files.project import Project
    from vitrine.core.registry import Registry
    from vitrine.core.training.trained import take_up
    from vitrine.core.training.trainer import Trainer
    from vitrine.datasets.build import build

    if options.data:
        os.environ["VITRINE_DATA"] = options.data
    _check_writable(options)
    project = _load(options)
    experiment = project.experiment
    data = build(experiment.dataset, experiment.preprocessing, experiment.split)  # type: ignore[arg-type]
    trainer = Trainer(experiment, data)
    if project.known is not None:
        take_up(trainer, project.known)
    progress = ProgressBar(trainer, needed=not (options.save or options.result))
    _choose_threads(trainer, options.threads, progress)
    with _stopped_by_signals(trainer):  # until all is written: who presses Ctrl-C twice loses nothing
        trouble = _run(trainer, progress)
        unsaved = None
        if options.save:  # first: what was learnt is safe, whatever comes of looking at it
            unsaved = _save(options.save, Project(experiment, trainer.checkpoint(), project.view))
        result, unmeasured = results(trainer)
        trouble = "; ".join(filter(None, (trouble, unsaved))) or unmeasured
        for left_out in (*Registry.disabled, *contributions.slow):
            print(f"vitrine: {left_out}", file=sys.stderr)
        if options.result:
            _write_result(options.result, result)
    for name, value in result.items():
        print(f"{name:<20} {value:.6g}" if isinstance(value, float) else f"{name:<20} {value}")
    if trouble:
        print(f"vitrine: {trouble}", file=sys.stderr)
    return BAD_INPUT if trouble else 0


def _save(path: str, project: Project) -> str | None:
    """Write the project, among the temporary files where it can't be where it is wanted; what to say of that. Nothing that took its
    time to learn goes because a disk is full."""
    from vitrine.core.errors import FileError
    from vitrine.core.files.project import SUFFIX, save_project

    try:
        save_project(path, project)
        return None
    except FileError as error:
        try:
            spare = os.path.join(tempfile.mkdtemp(prefix="vitrine-"), f"saved{SUFFIX}")
            save_project(spare, project)
        except (FileError, OSError):  # there is no room there either
            return str(error)
        return f"{error}; what was learnt is in {spare}"


def _load(options: argparse.Namespace) -> Project:
    """The project to train. Another seed starts a run of its own."""
    from dataclasses import replace

    from vitrine.core.files.examples import find
    from vitrine.core.files.project import load_project

    there = os.path.exists(options.experiment)  # no error for a name that is too long
    project = load_project(options.experiment if there else find(options.experiment))
    training = project.experiment.training
    if options.seed is not None and options.seed != training.seed:
        training = training.replace(seed=options.seed)
        project = replace(project, checkpoint=None)
    if options.epochs is not None:
        training = training.replace(epochs=options.epochs)
    return replace(project, experiment=project.experiment.replace(training=training.check()))


def _choose_threads(trainer: Trainer, wanted: int | str, progress: ProgressBar) -> None:
    """Set the number of threads, if need be by measuring a step that leaves no trace in weights, states and generators."""
    import numpy as np

    from vitrine.core.kernels.threads import calibrate, use

    if wanted != "auto":
        use(int(wanted))
        return
    network, batch = trainer.network, trainer.x[: trainer.batch_size]
    streams, state = trainer.subject.generators.state(), {name: array.copy() for name, array in network.state.items()}
    with np.errstate(all="ignore"):
        choice = calibrate(lambda: network.backward(np.zeros_like(network.forward(batch, training=True))))
    trainer.subject.generators.restore(streams)
    for name, array in state.items():
        network.state[name][...] = array
    progress.say(str(choice))


def _check_writable(options: argparse.Namespace) -> None:
    """Raises FileError before the training, not after it, where a file can't be written or would be lost."""
    from vitrine.core.errors import FileError

    for path in filter(None, (options.result, options.save)):
        if path.endswith(tuple(filter(None, (os.sep, os.altsep)))):
            raise FileError(f"{path} can't be written: it names a folder; a file needs a name")
        folder = os.path.dirname(os.path.abspath(path))
        if not os.path.isdir(folder):
            raise FileError(f"{path} can't be written: there is no folder {folder}")
        if os.path.isdir(path):
            raise FileError(f"{path} can't be written: it is a folder")
    for other, what in ((options.save, "project"), (options.experiment, "experiment")):
        if options.result and other and os.path.realpath(options.result) == os.path.realpath(other) and options.result != os.devnull:
            raise FileError(f"{options.result} can't hold the result: it would take the place of the {what}")


@contextlib.contextmanager
def _stopped_by_signals(trainer: Trainer) -> Iterator[None]:
    """Ctrl-C, and the wish of the system that this ends, end the run after the current step; what was asked for is written."""
    names = ("SIGINT", "SIGTERM", "SIGHUP")
    before = {n: signal.signal(n, lambda *_: trainer.control.stop()) for n in (getattr(signal, name, None) for name in names) if n}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _run(trainer: Trainer, progress: ProgressBar) -> str | None:
    """Drive the run to its end with a progress bar; what went wrong, in a line."""
    from vitrine.core.training.events import Diagnosis, EpochDone, Failed, Finished, StepDone

    trouble = None
    try:
        for event in trainer.run():
            if type(event) is StepDone:
                progress.step(event.loss)
            elif isinstance(event, EpochDone):
                progress.epoch(event.values)
            elif isinstance(event, Diagnosis):
                progress.say(f"{event.message} {event.remedy}")
                if event.severity == "error":
                    trouble = f"training stopped: {event.message} {event.remedy}"
                    trainer.control.stop()
            elif isinstance(event, Failed):
                trouble = event.message
            elif isinstance(event, Finished) and event.reason != "epochs":
                progress.say(f"ended after step {event.step}: {event.reason}")
    finally:
        progress.close()
    return trouble


def results(trainer: Trainer) -> tuple[dict[str, Any], str | None]:
    """The outcome of a run, under the names that other programs rely on; and why some of it is not known."""
    from vitrine.core.errors import GUEST, said
    from vitrine.core.training.checkpoint import weights_sha256

    samples = trainer.epoch * trainer.subject.examples_per_epoch + trainer.position
    values = {f"{split}_loss": math.nan for split in ("train", "validation", "test")}
    unmeasured = None
    for split in ("train", "validation", "test"):
        try:
            values |= trainer.evaluate(split)
        except GUEST as error:  # contributed code is a guest
            unmeasured = f"the {split} part can't be measured: {said(error)}"
    outcome = {
        "parameters": trainer.network.param_count,
        "epochs": trainer.epoch,
        "steps": trainer.step,
        "seconds": trainer.seconds,
        "samples_per_second": samples / trainer.seconds if trainer.seconds else 0.0,
        **values,
        "seed": trainer.experiment.seed,
        "weights_sha256": weights_sha256(trainer.network.arrays()),
    }
    return outcome, unmeasured


def _write_result(path: str, result: dict[str, Any]) -> None:
    from vitrine.core.files.atomic import write_atomically

    clean = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in result.items()}
    write_atomically(path, lambda file: file.write((json.dumps(clean, indent=2) + "\n").encode()))


if __name__ == "__main__":
    sys.exit(main())
