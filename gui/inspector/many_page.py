"""The inspector for several selected layers."""

from __future__ import annotations

from collections import Counter

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from vitrine.core.layers.base import Layer
from vitrine.core.spec import Spec
from vitrine.gui.forms import SpecForm
from vitrine.gui.forms.number import format_number
from vitrine.gui.inspector.page import Page
from vitrine.gui.state.document import Document
from vitrine.gui.widgets.labels import text_label


class ManyPage(Page):
    """How many of what, what can be done with them, and their settings if they are of one type."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.ids: list[str] = []
        self.form: SpecForm | None = None
        self.title = self.add(text_label("", "title"))
        self.names = self.add(text_label("", "muted"))
        self.totals = self.add(text_label())
        buttons = QHBoxLayout()
        self.remove_button = QPushButton("Delete", self.content)
        self.remove_button.setToolTip("Remove these layers; what a layer stood between is joined (Delete)")
        self.remove_button.clicked.connect(self._remove)
        self.clear_button = QPushButton("Deselect", self.content)
        self.clear_button.setToolTip("Select nothing")
        self.clear_button.clicked.connect(lambda: self.document.select([]))
        buttons.addWidget(self.remove_button)
        buttons.addWidget(self.clear_button)
        buttons.addStretch(1)
        self.column.addLayout(buttons)
        self.heading = self.add_section("Settings")
        self._form_at = self.column.count()
        self.column.addStretch(1)

    def show_nodes(self, ids: list[str]) -> None:
        """Show these layers of the document."""
        other = ids != self.ids
        self.ids = list(ids)
        graph, analysis = self.document.graph, self.document.analysis
        layers = [graph[n].layer for n in ids]
        kinds = Counter(layer.title for layer in layers)
        self.title.setText(f"{len(ids)} layers")
        self.names.setText(", ".join(f"{count} {title}" for title, count in kinds.items()) + ": " + ", ".join(ids))
        self.totals.setText(f"{sum(analysis.param_count(n) for n in ids):,} parameters together")
        self._show_form(layers, other)

    def _show_form(self, layers: list[Layer], other: bool) -> None:
        alike = len({type(layer) for layer in layers}) == 1 and bool(layers[0].fields())
        self.heading.setText("Settings of all" if alike else "Layers of one type can be set together.")
        if self.form is not None and (other or not alike or type(self.form.spec) is not type(layers[0])):
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        if not alike:
            return
        if self.form is None:
            self.form = SpecForm(layers[0], self.content)
            self.form.edited.connect(self._edited)
            self.column.insertWidget(self._form_at, self.form)
            self.form.show()
        self.form.set_spec(layers[0])
        for name, row in self.form.rows.items():
            values = list(dict.fromkeys(_words(getattr(layer, name)) for layer in layers))
            row.set_note(f"Differs: {', '.join(values)}" if len(values) > 1 else "")

    def _edited(self, layer: Layer, path: str) -> None:
        name = path.partition(".")[0]
        value = getattr(layer, name)
        graph = self.document.graph
        for node_id in self.ids:
            graph = graph.set_layer(node_id, graph[node_id].layer.replace(**{name: value}))
        label = layer.field(name).label.lower()
        self.document.edit_graph(graph, f"Change {label} of {len(self.ids)} layers", merge=f"{'+'.join(self.ids)}.{path}")

    def _remove(self) -> None:
        self.document.edit_graph(self.document.graph.remove(self.ids), f"Delete {len(self.ids)} layers", select=[])


def _words(value: object) -> str:
    if isinstance(value, Spec):
        inner = value.summary_text()
        return f"{value.title} ({inner})" if inner else value.title
    if isinstance(value, bool):
        return "on" if value else "off"
    return format_number(value) or "none"
