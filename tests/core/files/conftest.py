"""A project to store."""

from __future__ import annotations

import pytest
from project_help import trainer

from vitrine.core.files.project import Project
from vitrine.core.training.events import StepDone


@pytest.fixture(scope="module")
def trained() -> Project:
    """Stopped in the middle of the second epoch."""
    run = trainer()
    for event in run.run():
        if isinstance(event, StepDone) and event.step == 40:
            break
    run.history.mark(40, "stopped here")
    return Project(run.experiment, run.checkpoint(), {"panels": ["curves"]})
