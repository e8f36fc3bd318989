"""Losses of another loss or network compare with nothing: rules, schedules and monitors that look back begin anew there."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from edited_runs import HIDDEN, after_epochs, after_steps, experiment, finish, go_on, make

from vitrine.core.errors import FileError
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.losses.base import Loss
from vitrine.core.monitors.overfitting import Overfitting
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.pictures.curves import Curves
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.schedules.base import Schedule
from vitrine.core.stop_rules.base import StopRule
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.history import RunHistory, Start
from vitrine.core.training.settings import Split
from vitrine.core.training.trained import capture_trained, take_up
from vitrine.datasets.xor import Xor

# -- what compares --------------------------------------------------------------------------------------------------------------------------

SPARSE = ({"type": "Dense", "units": 16, "activation": "Sigmoid"}, {"type": "SparseActivity", "strength": 0.1})
DROPOUT = (*HIDDEN, {"type": "Dropout", "rate": 0.2})
PENALIZED = ({**HIDDEN[0], "regularizer": {"type": "L2", "strength": 0.3}},)


@pytest.mark.parametrize(
    "before, after, compare",
    [
        (experiment(), experiment(training={"batch_size": 7, "epochs": 3, "drop_last": True}, rate=1.0), True),
        (experiment(), experiment().replace(optimizer=Optimizer.from_json("SGD")), True),
        (experiment(), experiment(stop_rule=StopRule.from_json("Patience"), schedule=Schedule.from_json("Plateau")), True),
        (experiment(), experiment(regularizer=Regularizer.from_json({"type": "L1", "strength": 0.1})), True),
        (experiment(), experiment(*PENALIZED), True),
        (experiment(*SPARSE), experiment(SPARSE[0], {**SPARSE[1], "strength": 3.0}), True),
        (experiment(), experiment(loss="CategoricalCrossEntropy"), False),
        (experiment(), experiment({**HIDDEN[0], "activation": "Tanh"}), False),
        (experiment(), experiment({**HIDDEN[0], "units": 17}), False),
        (experiment(*DROPOUT), experiment(HIDDEN[0], {**DROPOUT[1], "rate": 0.5}), False),
        (experiment(), experiment(split=Split(train=0.5)), False),
        (experiment(), experiment().replace(dataset=Xor()), False),
    ],
    ids=[
        "batches",
        "optimizer",
        "rules",
        "penalty",
        "layer_penalty",
        "sparsity",
        "loss",
        "activation",
        "units",
        "dropout",
        "split",
        "data",
    ],
)
def test_what_compares(before: Experiment, after: Experiment, compare: bool) -> None:
    assert before.compares_with(after) is after.compares_with(before) is compare


def test_another_name_of_a_layer_changes_nothing() -> None:
    plan = experiment()
    node = plan.graph["dense_1"]
    text = json.dumps(plan.graph.to_json()).replace("dense_1", "hidden")
    named = plan.replace(graph=GraphSpec.from_json(json.loads(text)))
    assert named.graph["hidden"].layer == node.layer and plan.compares_with(named)


# -- what looks back ------------------------------------------------------------------------------------------------------------------------


def test_early_stopping_does_not_compare_with_another_loss() -> None:
    """A mean squared error of 0.02 was never reached again by a cross-entropy: the run ended three epochs after the edit."""
    rule = {"stop_rule": StopRule.from_json({"type": "Patience", "epochs": 3})}
    before = after_epochs(make(experiment(rate=0.01, **rule)), 5)
    after = go_on(before, experiment(loss="CategoricalCrossEntropy", rate=2e-3, **rule))
    last = finish(after)
    losses = after.history.epochs.column("validation_loss")
    assert losses[:5].max() < losses[5:].min(), "or it would show nothing"
    assert after.history.start == Start(before.step, 5)
    assert np.all(np.diff(losses[5:]) < 0) and last.reason == "epochs" and last.epoch == 12


def test_early_stopping_counts_from_the_edit() -> None:
    rule = {"stop_rule": StopRule.from_json({"type": "Patience", "epochs": 3, "restore": False})}
    before = after_epochs(make(experiment(loss="CategoricalCrossEntropy", rate=1e-9, **rule)), 2)
    after = go_on(before, experiment(loss="MeanSquaredError", rate=1e-12, **rule))
    assert finish(after).epoch == 2 + 1 + 3, "a first epoch to compare with, and three that are no better"


@pytest.mark.parametrize(
    "rule",
    [{"type": "LossBelow", "threshold": 0.3, "part": "validation"}, {"type": "MetricReached", "target": 0.2}],
    ids=["loss", "metric"],
)
def test_a_threshold_is_not_reached_before_the_edit(rule: dict[str, Any]) -> None:
    """Beside a rule that is asked at every step, the last epoch under the old loss ended the run at the first step under the new one."""
    before = after_epochs(make(experiment(rate=0.01)), 2)
    both = StopRule.from_json({"type": "FirstOf", "first": rule, "second": {"type": "MaxSteps", "steps": 10_000}})
    after = go_on(before, experiment({**HIDDEN[0], "units": 17}, loss="CategoricalCrossEntropy", rate=1e-5, stop_rule=both))
    assert finish(after).reason == "epochs"


def test_a_plateau_begins_anew_and_keeps_the_rate() -> None:
    schedule = {"schedule": Schedule.from_json({"type": "Plateau", "patience": 1, "factor": 0.5})}
    before = after_epochs(make(experiment(rate=1e-12, **schedule)), 4)  # nothing gets better: halved after every second epoch
    after = go_on(before, experiment(loss="CategoricalCrossEntropy", rate=4e-3, **schedule))
    finish(after)
    losses, rates = (after.history.epochs.column(name) for name in ("validation_loss", "learning_rate"))
    assert losses[:4].max() < losses[4:].min() and np.all(np.diff(losses[4:]) < 0), "or it would show nothing"
    np.testing.assert_allclose(rates[:4], [1e-12, 1e-12, 1e-12, 5e-13])
    np.testing.assert_allclose(rates[4:], 2e-3)  # halved once before the edit, and not since


def test_each_of_several_edits_is_a_beginning() -> None:
    """Losses 3, 3 (halved), then of another loss 9, 8, then of a third 20, 19, 19, 19."""
    history, schedule = RunHistory(), Schedule.from_json({"type": "Plateau", "patience": 0, "factor": 0.5})
    run = after_epochs(make(experiment(schedule=schedule, rate=1e-12)), 1)
    shares = []
    for epoch, loss in enumerate([3.0, 3.0, 9.0, 8.0, 20.0, 19.0, 19.0, 19.0], 1):
        if epoch in (3, 5):
            history.start_anew()
        history.add_epoch({"epoch": float(epoch), "validation_loss": loss})
        shares.append(run.subject.regime.rate(1.0, epoch, 0, 1, history))
    assert history.starts == [Start(0, 2), Start(0, 4)]
    assert shares == [1.0, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.125]


def test_overfitting_is_seen_since_the_edit_alone() -> None:
    """Under another loss the validation loss is tenfold from epoch 30 on: it falls, and so does that of training."""
    history, monitor, memory = RunHistory(), Overfitting(), {}
    look = SimpleNamespace(trainer=SimpleNamespace(history=history))
    for epoch in range(1, 101):
        if epoch == 31:
            history.start_anew()
            memory.clear()  # a run begins with an edit
        scale = 10.0 if epoch > 30 else 1.0
        history.add_epoch({"epoch": float(epoch), "train_loss": 0.9**epoch, "validation_loss": scale * 0.99**epoch})
        assert not monitor.find(look, memory), epoch  # type: ignore[arg-type]


def test_the_best_epoch_is_one_since_the_edit() -> None:
    history = RunHistory()
    for epoch, loss in enumerate([0.1, 0.2, 5.0, np.nan, 4.0, 6.0], 1):
        if epoch == 3:
            history.start_anew()
        history.add_epoch({"epoch": float(epoch), "step": 10.0 * epoch, "train_loss": 1.0, "validation_loss": loss})
        curves = Curves()
        curves.update(history)
        if epoch == 2:
            assert curves.best("loss", "epoch") == (1.0, 0.1, 1)
    assert curves.best("loss", "step") == (50.0, 4.0, 5)


# -- kept, stored, undone -----------------------------------------------------------------------------------------------------------------


def test_beginnings_are_stored_and_undone_with_their_edit(tmp_path: Path) -> None:
    plan = experiment()
    before = after_epochs(make(plan), 2)
    known = capture_trained(before)
    edited = plan.replace(loss=Loss.from_json("CategoricalCrossEntropy"))
    after = after_steps(go_on(before, edited), before.step + 30)
    wanted = [Start(before.step, 2)]
    assert after.history.starts == wanted and before.history.starts == []
    save_project(tmp_path / "run.vitrine", Project(edited, after.checkpoint()))
    stored = load_project(tmp_path / "run.vitrine").checkpoint
    assert stored is not None
    again = make(edited)
    again.restore(stored)
    assert again.history.starts == wanted
    rows = [list(run.run()) and run.history.epochs.column("validation_loss") for run in (after, again)]
    np.testing.assert_array_equal(*rows)
    undone = make(plan)
    assert known is not None
    take_up(undone, known)
    assert undone.history.starts == []


@pytest.mark.parametrize("starts", [3, [[1]], [["a", 0]], [[10**9, 0]], [[5, 1], [4, 1]], [[0, 99]], [[-1, 0]]], ids=repr)
def test_damaged_beginnings_are_refused(starts: Any) -> None:
    run = after_epochs(make(experiment()), 1)
    checkpoint = run.checkpoint()
    checkpoint.meta["starts"] = starts
    with pytest.raises(FileError, match="damaged"):
        make(experiment()).restore(checkpoint)


def test_older_files_say_nothing_of_beginnings() -> None:
    run = after_epochs(make(experiment()), 1)
    checkpoint = run.checkpoint()
    del checkpoint.meta["starts"]
    again = make(experiment())
    again.restore(checkpoint)
    assert again.history.start == Start(0, 0)
