"""The inspector with nothing selected: everything a run depends on beside the network, and what it amounts to."""

from __future__ import annotations

import dataclasses
import logging
import typing
from typing import Any

from PySide6.QtWidgets import QWidget

from vitrine.core.errors import GUEST, shown
from vitrine.core.fields import Field
from vitrine.core.network.analysis import Problem
from vitrine.core.spec import Spec
from vitrine.core.training.experiment import Experiment
from vitrine.gui.forms import Row, SpecForm
from vitrine.gui.inspector.network_table import NetworkTable
from vitrine.gui.inspector.page import Page, by_field
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.labels import text_label
from vitrine.gui.widgets.problem_list import ProblemList

log = logging.getLogger(__name__)

TITLES = {"dataset": "Data"}  # where a part's own name is not the word


def part_title(part: str) -> str:
    return TITLES.get(part) or part.replace("_", " ").capitalize()


def part_class(part: str) -> tuple[type[Spec] | None, bool]:
    """The class that a part's annotation names, and whether the part may be None."""
    hint = typing.get_type_hints(Experiment)[part]
    options = [option for option in (typing.get_args(hint) or (hint,)) if isinstance(option, type)]
    named = [option for option in options if issubclass(option, Spec)]
    return (named[0] if named else None), type(None) in options


def part_field(part: str, registry: str) -> Field:
    """A part of a registry as a field of the experiment."""
    declared = {f.name: f for f in dataclasses.fields(Experiment)}[part]
    default = declared.default if declared.default is not dataclasses.MISSING else None
    if declared.default_factory is not dataclasses.MISSING:
        default = declared.default_factory()
    _cls, optional = part_class(part)
    return Field(name=part, kind="spec", default=default, label=part_title(part), help="", registry=registry, optional=optional)


class TrainingPage(Page):
    """One section a part of the experiment, in the order of `Experiment.PARTS`."""

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document, self.session = document, session
        self.rows: dict[str, Row] = {}
        self.forms: dict[str, SpecForm] = {}
        self._said: dict[str, tuple[Spec, str]] = {}  # by part, what was said of a choice
        self._after_form = False  # while building: the part before was a form with a heading
        self.title = self.add(text_label("Training", "title"))
        self.add(text_label("Select a layer to see its settings.", "muted"))
        self.problems = ProblemList(self.content)
        self.add(self.problems)
        self.problems.fix_requested.connect(document.fix)
        for part, registry in Experiment.PARTS.items():
            self._add_part(part, registry)
        self.add_section("Network")
        self.totals, self.cost = self.add(text_label()), self.add(text_label())
        self.cost.setToolTip(
            "Estimates: what training holds at once, the time of one update of the weights, and of one pass over the training part"
        )
        self.table = NetworkTable(document, self.content)
        self.add(self.table)
        self.column.addStretch(1)

    def _add_part(self, part: str, registry: str) -> None:
        if registry:
            row = Row(part_field(part, registry), self.content)
            if row.reset_action is not None and row.field.default is None and not row.field.optional:
                row.label.removeAction(row.reset_action)  # nothing to go back to
            row.committed.connect(lambda value, path, p=part: self._edited(p, value, path))
            row.fix_requested.connect(self.document.fix)
            if self._after_form:
                self.add_rule()
            self._after_form = False
            self.rows[part] = row
            self.add(row)
            return
        self._after_form = True
        self.add_section(part_title(part))
        form = SpecForm(getattr(self.document.experiment, part), self.content, part)
        form.edited.connect(lambda spec, path, p=part: self._edited(p, spec, f"{p}.{path}"))
        form.fix_requested.connect(self.document.fix)
        self.forms[part] = form
        self.add(form)

    def _edited(self, part: str, value: Any, path: str) -> None:
        before, said = getattr(self.document.experiment, part), ""
        if isinstance(value, Spec) and isinstance(before, Spec) and type(value) is not type(before):
            value, said = _kept(value, before)
        self.document.set_part(part, value, merge=path)
        if said:
            self._said[part] = value, said
            self.refresh()
            self.session.message.emit("info", said)

    def refresh(self) -> None:
        """Bring every editor and figure to the document's state."""
        experiment = self.document.experiment
        for part, row in self.rows.items():
            value = getattr(experiment, part)
            row.set_value(value)
            chosen, said = self._said.get(part, (None, ""))
            row.set_note(said if value == chosen else "")  # gone by undo, or with the next edit
        for part, form in self.forms.items():
            form.set_spec(getattr(experiment, part))
        self._show_problems()
        self._show_counts()
        self.table.refresh()

    def _show_problems(self) -> None:
        whole = [p for p in self.document.analysis.problems if p.node is None]
        bound, rest = by_field(whole, self.document.experiment.PARTS)
        for part, row in self.rows.items():
            value = getattr(self.document.experiment, part)
            below = {key.partition(".")[2]: p for key, p in bound.items() if key.startswith(part + ".")}
            said = {p.field for p in value.problems()} if isinstance(value, Spec) else set()
            unbound = [p for key, found in below.items() if key not in said and not _has_row(value, key) for p in found]
            row.editor.set_problems(below)
            row.set_problems([*bound.get(part, []), *unbound])
        for key, problem in self._data_problems():
            bound.setdefault(key, []).append(problem)
        for part, form in self.forms.items():
            form.set_problems({key.partition(".")[2]: p for key, p in bound.items() if key.startswith(part + ".")})
            rest += bound.get(part, [])
        loading = self.document.info_error
        if loading and "dataset" in self.rows:
            self.rows["dataset"].set_problems([*self.rows["dataset"].problems.problems, Problem(loading)])
        self.problems.set_problems(rest)

    def _data_problems(self) -> list[tuple[str, Problem]]:
        """What only the loaded data shows: batches that can't be filled, parts that hold nothing."""
        data, experiment = self.session.known_data(), self.document.experiment
        if data is None:
            return []
        counts, size, found = data.counts(), experiment.training.batch_size, []
        if isinstance(size, int) and size > counts["train"]:
            text = f"larger than the training part: every batch holds all {counts['train']:,} examples, one update an epoch"
            found.append(("training.batch_size", Problem(text, severity="warning")))
        if not counts.get("validation"):
            text = "nothing is held back: overfitting stays unseen, and there is no best epoch"
            found.append(("split.validation", Problem(text, severity="warning")))
        if not counts.get("test"):
            text = "train and validation leave nothing for the test part"
            found.append(("split.validation", Problem(text, severity="warning")))
        return found

    def _show_counts(self) -> None:
        analysis, experiment = self.document.analysis, self.document.experiment
        training, (count, about), steps = experiment.training, self._training_examples(), 0
        self.totals.setText(f"{analysis.total_params:,} parameters, {analysis.total_multiply_adds:,} multiply-adds an example")
        self.forms["training"].rows["batch_size"].set_note(updates_text(count, training.batch_size, about, training.drop_last))
        if not training.problems():
            steps = max(1, training.steps_of(count))
            for row in self.rows.values():
                row.editor.set_run(experiment.optimizer.learning_rate, training.epochs, steps)
        self.cost.setText(analysis.cost.told(steps if count else 0) if analysis.cost is not None else "")
        self.cost.setVisible(analysis.cost is not None)

    def _training_examples(self) -> tuple[int, bool]:
        """How many examples train, and whether that is only an estimate."""
        data = self.session.known_data()
        if data is not None:
            return data.counts()["train"], False
        info, split = self.document.info, self.document.experiment.split
        if info is None or not getattr(info, "count", 0) or split.problems():
            return 0, True
        return round(info.count * split.train), True


def _kept(value: Spec, before: Spec) -> tuple[Spec, str]:
    """What is chosen, with what it keeps of what was there; as it comes where its own code can't tell."""
    try:
        kept, said = value.in_place_of(before)
        if type(kept) is not type(value) or not isinstance(said, str):
            raise TypeError(f"in_place_of must give one of its kind and what to say, not {shown((kept, said))}")
        return kept, said
    except GUEST:  # contributed code is a guest
        log.exception("%s can't keep anything of what was there", type(value).__name__)
        return value, ""


def _has_row(value: Any, path: str) -> bool:
    return isinstance(value, Spec) and path.partition(".")[0] in {f.name for f in value.fields()}


def updates_text(count: int, size: Any, about: bool = False, drop_last: bool = False) -> str:
    """ "1,257 examples / batch 32 = 40 updates an epoch"; nothing while a figure is missing."""
    if not count:
        return ""
    examples = f"{'about ' if about else ''}{count:,} examples"
    if size == "full":
        return f"{examples} in one batch = 1 update an epoch"
    if isinstance(size, bool) or not isinstance(size, int) or size < 1:
        return ""
    rest = count % size if drop_last and size < count else 0
    steps = -(-(count - rest) // size)
    dropped = f", {rest:,} left out" if rest else ""
    return f"{examples} / batch {size:,} = {steps:,} update{'s' if steps != 1 else ''} an epoch{dropped}"
