"""An edit is worked out whole before anything of it counts; foreign code that raises becomes a problem where it is."""

from __future__ import annotations

from typing import Any

import pytest

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Shape
from vitrine.core.layers.dense import Dense
from vitrine.core.losses.base import Loss
from vitrine.core.spec import hp
from vitrine.datasets.base import DatasetSpec, Info
from vitrine.gui.state.document import Document


@pytest.fixture
def document(qtbot: Any) -> Document:
    return Document(load_project(find("digits_mlp")).experiment)


@pytest.fixture
def guests() -> dict[str, Any]:
    """Contributed types whose code is faulty; abstract: they shall not stay in the registries."""

    class CrackedLayer(Dense, abstract=True):
        where: str = hp(default="output_shape", help="Which method raises", kind="str")

        def output_shape(self, *shapes: Shape) -> Shape:
            if self.where == "output_shape":
                raise RuntimeError("cracked")
            return super().output_shape(*shapes)

        def param_shapes(self, *shapes: Shape) -> Any:
            if self.where == "param_shapes":
                raise RuntimeError("cracked")
            return super().param_shapes(*shapes)

        def problems(self) -> Any:
            if self.where == "problems":
                raise RuntimeError("cracked")
            return super().problems()

        def multiply_adds(self, *shapes: Shape) -> int:
            if self.where == "multiply_adds":
                raise RuntimeError("cracked")
            return super().multiply_adds(*shapes)

    class CrackedData(DatasetSpec, abstract=True):
        title = "Cracked data"

        def describe(self) -> Info:
            raise RuntimeError("cracked")

    class CrackedLoss(Loss, abstract=True):
        title = "Cracked loss"

        def fits(self, info: Any) -> str | None:
            raise RuntimeError("cracked")

    return {"layer": CrackedLayer, "dataset": CrackedData, "loss": CrackedLoss}


def consistent(document: Document) -> bool:
    """What the document says of the network is said of this very network."""
    return document.analysis.graph is document.experiment.graph


@pytest.mark.parametrize("where", ["output_shape", "param_shapes", "problems", "multiply_adds"])
def test_a_layer_whose_code_breaks_is_a_problem_at_its_node(document: Document, guests: dict[str, Any], where: str) -> None:
    document.set_layer("dense_1", guests["layer"](units=30, where=where))
    assert consistent(document)
    found = document.analysis.problems_of("dense_1")
    assert found and "cracked" in found[0].message and found[0].severity == "error"
    document.undo_stack.undo()
    assert document.analysis.ok and consistent(document)


def test_a_dataset_that_cannot_describe_itself_is_said(document: Document, guests: dict[str, Any]) -> None:
    before = document.experiment
    document.set_part("dataset", guests["dataset"]())
    assert consistent(document)
    assert document.info is None and "cracked" in str(document.info_error)
    document.undo_stack.undo()
    assert document.experiment is before and document.info is not None and document.info_error is None


def test_a_loss_that_breaks_is_a_problem_at_its_field(document: Document, guests: dict[str, Any]) -> None:
    document.set_part("loss", guests["loss"]())
    assert consistent(document)
    assert any(p.field == "loss" and "cracked" in p.message for p in document.analysis.problems)


def test_what_cannot_be_worked_out_at_all_changes_nothing(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the experiment, nor its analysis, nor the undo stack."""
    before = document.experiment, document.analysis, document.info, document.undo_stack.count()
    experiment = document.experiment.replace(graph=document.graph.remove([document.analysis.order[-1]]))
    monkeypatch.setattr(type(experiment), "analyze", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        document.apply(experiment, "Remove")
    assert (document.experiment, document.analysis, document.info, document.undo_stack.count()) == before


def test_who_is_told_of_an_edit_may_edit_in_turn(document: Document) -> None:
    """That edit comes after the one that it answers: undone first, done again last."""
    started = document.experiment.name
    told: list[str] = []

    def answer() -> None:
        told.append(document.experiment.name)
        if told == ["one"]:
            document.set_part("name", "two")

    document.changed.connect(answer)
    document.set_part("name", "one")
    stack = document.undo_stack
    names = [document.experiment.name]
    for move in (stack.undo, stack.undo, stack.redo, stack.redo):
        move()
        names.append(document.experiment.name)
    assert names == ["two", "one", started, "one", "two"] and stack.index() == 2


def test_who_is_told_of_an_edit_may_open_other_work(document: Document) -> None:
    """Nothing of the work before can be undone there."""
    other = document.experiment.replace(name="other")

    def answer() -> None:
        if document.experiment.name == "one":
            document.load(other)

    document.changed.connect(answer)
    document.set_part("name", "one")
    assert document.experiment is other and not document.undo_stack.count() and not document.dirty
