"""The inspector for one selected layer."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLabel, QLineEdit, QWidget

from vitrine.core.errors import GraphError
from vitrine.core.layers.base import Layer
from vitrine.core.network.analysis import Problem
from vitrine.core.network.cost import bytes_text
from vitrine.gui.forms import SpecForm
from vitrine.gui.forms.editor import TextKeys
from vitrine.gui.inspector.page import Page, by_field, parameter_text, shape_text
from vitrine.gui.state.document import Document
from vitrine.gui.widgets.labels import text_label
from vitrine.gui.widgets.problem_list import ProblemList, sentence


class NameEdit(QLineEdit):
    """A layer's name; `value` is the one it bears."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("layer_name")
        self.setAccessibleName("Name of the layer")
        self.setToolTip("The layer's name, unique in the network: letters, digits and underscores")
        self.value = ""
        TextKeys(self, self)

    def display(self, value: str) -> None:
        self.value = value
        self.setText(value)

    def set_invalid(self, invalid: bool) -> None:
        self.setProperty("invalid", invalid)
        self.style().unpolish(self)
        self.style().polish(self)


MOST_FORMS = 8
GIVES = "Shape of one example as it leaves"


class LayerPage(Page):
    """Name, what the layer is, its settings, and what they amount to here."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.node_id = ""
        self.form: SpecForm | None = None
        self._forms: dict[type[Layer], SpecForm] = {}  # the one used last is the last
        self.title = self.add(text_label("", "title"))
        self.name = NameEdit(self.content)
        self.add(self.name)
        self.name_error = self.add(text_label("", "error"))
        self.name_error.hide()
        self.summary = self.add(text_label("", "muted"))
        self.formula = self.add(text_label())
        self.problems = ProblemList(self.content)
        self.add(self.problems)
        self.add_rule()
        self._add_facts()
        self.add_section("Settings")
        self.nothing = self.add(text_label("Nothing to set.", "muted"))
        self._form_at = self.column.count()
        self.column.addStretch(1)
        self.name.editingFinished.connect(self._rename)
        self.name.textEdited.connect(lambda _text: self._say_name(""))
        self.problems.fix_requested.connect(document.fix)

    def _add_facts(self) -> None:
        facts = QGridLayout()
        facts.setHorizontalSpacing(8)
        facts.setVerticalSpacing(4)
        facts.setColumnStretch(1, 1)
        self.takes, self.shape, self.parameters, self.cost, self.memory = (text_label() for _ in range(5))
        rows = (
            ("Takes", self.takes, "Shape of one example as it arrives here"),
            ("Gives", self.shape, GIVES),
            ("Parameters", self.parameters, "Numbers that training adjusts"),
            ("Multiply-adds", self.cost, "Multiplications with addition for one example's forward pass"),
            (
                "Memory",
                self.memory,
                "What training holds for this layer, about: weights, their gradients and the optimizer's share, a batch's values",
            ),
        )
        for at, (text, fact, tip) in enumerate(rows):
            caption = QLabel(text)
            caption.setProperty("role", "muted")
            for label in (caption, fact):
                label.setToolTip(tip)
                facts.addWidget(label, at, 1 if label is fact else 0, Qt.AlignmentFlag.AlignTop)
            fact.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column.addLayout(facts)

    def show_node(self, node_id: str) -> None:
        """Show this layer of the document."""
        other = node_id != self.node_id
        self.node_id = node_id
        layer = self.document.graph[node_id].layer
        if other or self.name.value != node_id:
            self.name.display(node_id)
            self._say_name("")
        if other:
            self.verticalScrollBar().setValue(0)
        self.title.setText(layer.title)
        self.summary.setText(layer.summary)
        self.formula.setText(layer.formula)
        self.formula.setVisible(bool(layer.formula))
        self._show_form(layer, other)
        self._show_facts()
        bound, rest = by_field(self.document.analysis.problems_of(node_id), [f.name for f in layer.fields()])
        if self.form is not None:
            self.form.set_problems(bound)
        own = {f"{p.label}: {p.message}" for p in layer.problems() if p.field}  # at their fields
        self.problems.set_problems([Problem(sentence(p.message), None, None, p.severity, p.fixes) for p in rest if p.message not in own])

    def _show_form(self, layer: Layer, other: bool) -> None:
        self.nothing.setVisible(not layer.fields())
        if self.form is not None and not other and type(self.form.spec) is type(layer):
            self.form.set_spec(layer)
            return
        before, self.form = self.form, self._form_of(layer) if layer.fields() else None
        if before is not None and before is not self.form:
            before.hide()
        if self.form is not None:
            self.form.show()

    def _form_of(self, layer: Layer) -> SpecForm:
        """To make one takes longer than all the rest of the page: those used last are used again."""
        form = self._forms.pop(type(layer), None)
        if form is not None:
            form.begin(layer)
        else:
            form = SpecForm(layer, self.content)
            form.edited.connect(self._edited)
            form.fix_requested.connect(self.document.fix)
            self.column.insertWidget(self._form_at, form)
        self._forms[type(layer)] = form
        if len(self._forms) > MOST_FORMS:
            oldest = self._forms.pop(next(iter(self._forms)))
            oldest.hide()
            oldest.deleteLater()
        return form

    def _show_facts(self) -> None:
        analysis, node_id = self.document.analysis, self.node_id
        arriving = analysis.input_shapes(node_id)
        unfed = "the data" if analysis.graph[node_id].layer.inputs[1] == 0 else "nothing yet"
        self.takes.setText(", ".join(map(shape_text, arriving)) if arriving else unfed if arriving == [] else shape_text(None))
        through = self.document.experiment.shown_through(node_id, analysis)
        self.shape.setText(shape_text(analysis.shapes.get(node_id)) + (f", {through}" if through else ""))
        self.shape.setToolTip(
            GIVES + (f". {through.capitalize()}: it comes after this layer, and is in what you see of it" if through else "")
        )
        self.parameters.setText(parameter_text(analysis, node_id))
        known = node_id in analysis.shapes
        self.cost.setText(f"{analysis.multiply_adds.get(node_id, 0):,} an example" if known else shape_text(None))
        held = analysis.cost.nodes.get(node_id) if analysis.cost is not None else None
        self.memory.setText(shape_text(None) if held is None else f"about {bytes_text(held)}" if held else "none of its own")

    def _edited(self, layer: Layer, path: str) -> None:
        node_id = self.node_id
        self.document.set_layer(node_id, layer, merge=f"{node_id}.{path}")

    def _rename(self) -> None:
        new = self.name.text().strip()
        if new == self.name.value:
            self.name.setText(new)
            self._say_name("")
            return
        try:
            self.document.rename_node(self.node_id, new)
        except GraphError as error:
            self._say_name(sentence(str(error)))

    def _say_name(self, error: str) -> None:
        self.name_error.setText(error)
        self.name_error.setVisible(bool(error))
        self.name.set_invalid(bool(error))
