"""The experiment being edited. Every change is one undoable command; forms, canvas, menus and keys all meet here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from core.analysis import Analysis, Fix
from core.errors import DataError
from core.experiment import Experiment
from core.graph import GraphSpec
from core.layers.base import Layer
from gui.canvas.layout import settle


class EditCommand(QUndoCommand):
    """From one experiment to another. Commands with the same merge key that follow each other become one."""

    ids: dict[str, int] = {}

    def __init__(self, document: Document, before: Experiment, after: Experiment, text: str, merge: str | None) -> None:
        super().__init__(text)
        self.document, self.before, self.after, self.merge = document, before, after, merge
        self.renamed: tuple[str, str] | None = None

    def redo(self) -> None:
        self.document._set(self.after, self.renamed)

    def undo(self) -> None:
        self.document._set(self.before, self.renamed[::-1] if self.renamed else None)

    def id(self) -> int:
        return -1 if self.merge is None else self.ids.setdefault(self.merge, len(self.ids) + 1)

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, EditCommand):
            return False
        self.after = other.after
        return True


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

    def __init__(self, experiment: Experiment, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.cleanChanged.connect(self._on_clean)
        self.path: Path | None = None
        self.selection: list[str] = []
        self._experiment = experiment
        self._touched = False  # the weights differ from what is stored
        self.info: Any = None
        self.info_error: str | None = None
        self._describe()
        self._analysis = experiment.analyze(self.info)

    # looking
    @property
    def experiment(self) -> Experiment:
        return self._experiment

    @property
    def graph(self) -> GraphSpec:
        return self._experiment.graph

    @property
    def analysis(self) -> Analysis:
        return self._analysis

    @property
    def dirty(self) -> bool:
        return not self.undo_stack.isClean() or self._touched

    # editing
    def apply(self, experiment: Experiment, text: str, merge: str | None = None) -> None:
        """Make this the experiment, as one undoable step; `merge` joins it with the step before of the same key."""
        if experiment != self._experiment:
            self.undo_stack.push(EditCommand(self, self._experiment, experiment, text, merge))

    def edit_graph(self, graph: GraphSpec, text: str, merge: str | None = None, select: list[str] | None = None) -> None:
        self.apply(self._experiment.replace(graph=graph), text, merge)
        if select is not None:
            self.select(select)

    def set_layer(self, node_id: str, layer: Layer, merge: str | None = None) -> None:
        """Give the node other settings."""
        self.edit_graph(self.graph.set_layer(node_id, layer), f"Change {node_id}", merge)

    def set_part(self, part: str, value: Any, merge: str | None = None) -> None:
        """`part` names a field of the experiment: "dataset", "loss", "optimizer", "split", "training", "name", …"""
        self.apply(self._experiment.replace(**{part: value}), f"Change {part}", merge)

    def rename_node(self, node_id: str, new_id: str) -> None:
        """Raises GraphError where the name can't be."""
        after = self._experiment.replace(graph=self.graph.rename(node_id, new_id))
        if new_id != node_id:
            command = EditCommand(self, self._experiment, after, f"Rename {node_id}", None)
            command.renamed = (node_id, new_id)
            self.undo_stack.push(command)

    def fix(self, fix: Fix) -> None:
        """Carry out a problem's remedy; the canvas makes room for a layer that it brings."""
        self.edit_graph(settle(self.graph, fix.apply(self.graph)), fix.title)

    def select(self, ids: list[str]) -> None:
        ids = [n for n in ids if n in self.graph]
        if ids != self.selection:
            self.selection = ids
            self.selection_changed.emit(list(ids))

    # files
    def load(self, experiment: Experiment, path: Path | None = None) -> None:
        """Start over with another experiment: no undo beyond this point."""
        self.undo_stack.clear()
        self.path = path
        self._touched = False
        self.selection = []
        self._set(experiment)
        self.selection_changed.emit([])
        self.path_changed.emit()
        self.loaded.emit()

    def mark_saved(self, path: Path) -> None:
        self.path = path
        self._touched = False
        self.undo_stack.setClean()
        self.path_changed.emit()

    def mark_touched(self) -> None:
        """Training moved the weights away from what is stored."""
        if not self._touched:
            self._touched = True
            self.path_changed.emit()

    def reanalyze(self) -> None:
        """The data may have become available, or another: describe it again and re-check the graph."""
        self._describe()
        self._analysis = self._experiment.analyze(self.info)
        self.analysis_changed.emit()

    # inside
    def _on_clean(self, _clean: bool) -> None:
        self.path_changed.emit()

    def _set(self, experiment: Experiment, renamed: tuple[str, str] | None = None) -> None:
        before, self._experiment = self._experiment, experiment
        if before.dataset != experiment.dataset:
            self._describe()
        self._analysis = experiment.analyze(self.info)
        if before.graph != experiment.graph:
            selection = [renamed[1] if renamed and n == renamed[0] else n for n in self.selection]
            self.graph_changed.emit()
            self.select(selection)
        self.analysis_changed.emit()
        if renamed:  # last: views have the new names by now
            self.renamed.emit(*renamed)
        self.changed.emit()

    def _describe(self) -> None:
        dataset: Any = self._experiment.dataset
        self.info_error = None
        try:
            self.info = dataset.describe() if not dataset.problems() else None
        except DataError as error:
            self.info = None
            self.info_error = str(error)
