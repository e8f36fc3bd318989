"""Runs of the shipped examples, some steps in."""

from __future__ import annotations

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build


def started(name: str, steps: int = 3) -> Trainer:
    """The example of that name after some steps; it goes on where it is asked to."""
    experiment = load_project(find(name)).experiment
    trainer = Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split))
    return forward(trainer, steps)


def forward(trainer: Trainer, steps: int) -> Trainer:
    """So many steps further."""
    events, until = trainer.run(), trainer.step + steps
    while trainer.step < until:
        next(events)
    return trainer
