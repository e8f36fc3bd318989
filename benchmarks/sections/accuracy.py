"""Seconds of training until a net knows MNIST."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from benchmarks.scenarios import SCENARIOS
from benchmarks.section import Options, Section
from vitrine.core.errors import DataError
from vitrine.core.kernels.threads import calibrate
from vitrine.core.spec import Registry
from vitrine.core.training.events import StepDone
from vitrine.core.training.settings import Split
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build

WANTED = (0.98, 0.99)
EVERY = 100  # steps between two looks at the test images
SECONDS = 120.0  # of training, then it is given up


class AccuracySection(Section):
    """The lecture's CNN, from its first step to 98 % and 99 % of the test images; looks at them do not count."""

    name: ClassVar[str] = "accuracy"
    title: ClassVar[str] = "Seconds of training until S3 (the lecture's CNN) has 98 % and 99 % of MNIST's test images right"
    rank: ClassVar[int] = 40

    def run(self, options: Options) -> None:
        try:
            trainer = mnist_trainer()
        except DataError as error:
            print(f"not measured: {error}")
            return
        print(calibrate(lambda: trainer.network.forward(trainer.x[: trainer.batch_size])))
        wanted = list(WANTED[:1] if options.quick else WANTED)
        for event in trainer.run():
            if not isinstance(event, StepDone) or event.step % EVERY:
                continue
            seconds = float(trainer.history.steps.column("seconds")[-1])
            accuracy = trainer.evaluate("test")["test_accuracy"]
            while wanted and accuracy >= wanted[0]:
                print(
                    f"{wanted.pop(0):.0%}: {seconds:6.1f} s, {event.step} steps, epoch {event.step / trainer.steps_per_epoch:.2f}",
                    flush=True,
                )
            if not wanted or seconds > SECONDS:
                break
        for accuracy in wanted:
            print(f"{accuracy:.0%}: not within {SECONDS:.0f} s of training")


def mnist_trainer() -> Trainer:
    """Raises DataError where MNIST's files are not there."""
    experiment = next(s for s in SCENARIOS if s.name == "S3").experiment()
    source = Registry.of("dataset").get("MNIST")()
    split = Split(train=1.0, validation=0.0)
    data = build(source, Registry.of("preprocessing").get("Scale01")(), split)
    return Trainer(replace(experiment, dataset=source, split=split), data)
