"""The experiment being edited. Every change is one undoable command; forms, canvas, menus and keys all meet here."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from vitrine.core.errors import GUEST, DataError, said
from vitrine.core.layers.base import Layer
from vitrine.core.network.analysis import Analysis, Fix
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.continuing import change_between
from vitrine.core.training.experiment import Experiment
from vitrine.datasets.base import Info, described
from vitrine.gui.state.commands import EditCommand, Outlook
from vitrine.gui.state.courtesy import Courtesy
from vitrine.gui.state.placing import settle

log = logging.getLogger(__name__)


class Document(QObject):
    """Experiment, analysis, selection and undo stack.

    changed: the experiment is another one. graph_changed: its graph is. analysis_changed: shapes or problems may
    be others. selection_changed: the list of selected layer ids. path_changed: file or unsaved state.
    """

    changed = Signal()
    graph_changed = Signal()
    analysis_changed = Signal()
    selection_changed = Signal(list)
    path_changed = Signal()
    loaded = Signal()  # a whole other experiment came in (open, new, example)
    renamed = Signal(str, str)  # a layer's id: before, after
    pushing = Signal()  # a new command comes
    pushed = Signal(int, bool)  # a new command leads to that place on the stack; whether it throws the training away

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean)
        self.courtesy = Courtesy()
        self.path: Path | None = None
        self.selection: list[str] = []
        self._touched = False  # the weights differ from what is stored
        self.examples_of: Callable[[Experiment], int | None] = lambda _experiment: None  # in training; None while the data are not here
        self._trained_on = 0  # how often training went on: edits of the network before and after are not merged
        self._outlook = self._look_at(experiment)

    # looking
    @property
    def experiment(self) -> Experiment:
        return self._outlook.experiment

    @property
    def graph(self) -> GraphSpec:
        return self.experiment.graph

    @property
    def analysis(self) -> Analysis:
        return self._outlook.analysis

    @property
    def info(self) -> Info | None:
        """The dataset's description, or None where it can't be given: `info_error` says why."""
        return self._outlook.info

    @property
    def info_error(self) -> str | None:
        return self._outlook.info_error

    @property
    def dirty(self) -> bool:
        return not self.undo_stack.isClean() or self._touched

    @property
    def touched(self) -> bool:
        """Whether the weights may be others than those that are stored."""
        return self._touched

    # editing
    def apply(self, experiment: Experiment, text: str, merge: str | None = None, anew: bool = False) -> None:
        """Make this the experiment, as one undoable step; `merge` joins it with the step before of the same key, unless
        another network was trained between them. `anew`: what was trained is thrown away knowingly."""
        if experiment == self.experiment:
            return
        with self.courtesy.deed():
            if merge is not None and change_between(self.experiment, experiment) not in ("none", "adopt"):
                merge = f"{merge} {self._trained_on}"
            self._push(EditCommand(self, self.experiment, self.work_out(experiment), text, merge), anew)

    def restart(self) -> None:
        """Begin training anew, as an undoable step."""
        self._push(QUndoCommand("Reset"), anew=True)

    def jump(self, experiment: Experiment, text: str) -> None:
        """To this experiment, whose training is another: as an undoable step also where it is the present one."""
        self._push(EditCommand(self, self.experiment, self.work_out(experiment), text), anew=True)

    def seal(self) -> None:
        """The network is trained on: undo shall find it as it is now."""
        self._trained_on += 1

    def _push(self, command: QUndoCommand, anew: bool = False) -> None:
        with self.courtesy.deed():
            self.pushing.emit()
            self.undo_stack.push(command)
            self.pushed.emit(self.undo_stack.index(), anew)
            if isinstance(command, EditCommand):
                command.begin()

    def edit_graph(self, graph: GraphSpec, text: str, merge: str | None = None, select: list[str] | None = None) -> None:
        self.apply(self.experiment.replace(graph=graph), text, merge)
        if select is not None:
            self.select(select)

    def set_layer(self, node_id: str, layer: Layer, merge: str | None = None) -> None:
        """Give the node other settings."""
        self.edit_graph(self.graph.set_layer(node_id, layer), f"Change {node_id}", merge)

    def set_part(self, part: str, value: Any, merge: str | None = None) -> None:
        """`part` names a field of the experiment: "dataset", "loss", "optimizer", "split", "training", "name", …"""
        self.apply(self.experiment.replace(**{part: value}), f"Change {part}", merge)

    def rename_node(self, node_id: str, new_id: str) -> None:
        """Raises GraphError where the name can't be."""
        after = self.experiment.replace(graph=self.graph.rename(node_id, new_id))
        if new_id != node_id:
            command = EditCommand(self, self.experiment, self.work_out(after), f"Rename {node_id}")
            command.renamed = (node_id, new_id)
            self._push(command)

    def fix(self, fix: Fix) -> None:
        """Carry out a problem's remedy; the canvas makes room for a layer that it brings."""
        if fix.settings:
            self.apply(self.experiment.with_settings(fix.settings), fix.title)
        else:
            self.edit_graph(settle(self.graph, fix.apply(self.graph)), fix.title)

    def select(self, ids: list[str]) -> None:
        ids = [n for n in ids if n in self.graph]
        if ids != self.selection:
            self.selection = ids
            with self.courtesy.deed():
                self.selection_changed.emit(list(ids))

    # files
    def load(self, experiment: Experiment, path: Path | None = None) -> None:
        """Start over with another experiment: no undo beyond this point."""
        with self.courtesy.deed():
            outlook = self._look_at(experiment)
            self.undo_stack.clear()
            self.path = path
            self._touched = False
            selected, self.selection = self.selection, []
            self.show(outlook)
            if selected:
                self.selection_changed.emit([])
            self.path_changed.emit()
            self.loaded.emit()

    def mark_saved(self, path: Path, current: bool = True, touched: bool = False) -> None:
        """The file holds this experiment (`current`; else one of a moment ago), and its weights unless `touched`."""
        self.path = path
        self._touched = touched
        if current:
            self.undo_stack.setClean()
        self.path_changed.emit()

    def mark_touched(self) -> None:
        """Training moved the weights away from what is stored."""
        if not self._touched:
            self._touched = True
            self.path_changed.emit()

    def reanalyze(self) -> None:
        """The data may have become available, or another: describe it again and re-check the graph."""
        self._outlook = self._look_at(self.experiment)
        self.analysis_changed.emit()

    def recheck(self) -> None:
        """The data came in, which says more than their description: how many examples there are."""
        before = self._outlook
        if self.examples_of(self.experiment) == before.examples:
            return
        self._outlook = self._weigh(self.experiment, self.info, self.info_error)
        if [str(p) for p in before.analysis.problems] != [str(p) for p in self.analysis.problems]:
            self.analysis_changed.emit()

    # inside
    def _on_clean(self, _clean: bool) -> None:
        self.path_changed.emit()

    def work_out(self, experiment: Experiment) -> Outlook:
        """What there is to say of an experiment that may become the document's; the data are asked only if others."""
        if experiment.dataset != self.experiment.dataset:
            return self._look_at(experiment)
        return self._weigh(experiment, self.info, self.info_error)

    def show(self, outlook: Outlook, renamed: tuple[str, str] | None = None) -> None:
        """Make this the document's; for the undo stack's commands."""
        with self.courtesy.deed():
            before, self._outlook = self.experiment, outlook
            if before.graph != outlook.experiment.graph:
                selection = [renamed[1] if renamed and n == renamed[0] else n for n in self.selection]
                self.graph_changed.emit()
                self.select(selection)
            self.analysis_changed.emit()
            if renamed:  # last: views have the new names by now
                self.renamed.emit(*renamed)
            self.changed.emit()

    def _look_at(self, experiment: Experiment) -> Outlook:
        return self._weigh(experiment, *_described(experiment))

    def _weigh(self, experiment: Experiment, info: Info | None, error: str | None) -> Outlook:
        examples = self.examples_of(experiment)
        return Outlook(experiment, info, error, experiment.analyze(info, examples), examples)


def _described(experiment: Experiment) -> tuple[Info | None, str | None]:
    """The data's description, or why there is none."""
    dataset: Any = experiment.dataset
    try:
        return (described(dataset) if not dataset.problems() else None), None
    except DataError as error:
        return None, str(error)
    except GUEST as error:  # contributed code is a guest
        log.exception("%s can't be described", type(dataset).__name__)
        return None, f"{dataset.title} can't be described: its own code breaks ({said(error)}). The log has the details."
