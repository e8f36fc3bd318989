"""The inspector: a page for one layer, one for several, one for training."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QLabel, QStackedWidget, QVBoxLayout, QWidget

from vitrine.core.network.analysis import Analysis
from vitrine.gui.inspector.layer_page import LayerPage
from vitrine.gui.inspector.many_page import ManyPage
from vitrine.gui.inspector.page import Page
from vitrine.gui.inspector.training_page import TrainingPage
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.keys import keep_keys


class Inspector(QWidget):
    """Shows the document's selection; every edit is the document's, undoable and merged by field."""

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.document, self.session = document, session
        self.stack = QStackedWidget(self)
        self.layer = LayerPage(document, self.stack)
        self.many = ManyPage(document, self.stack)
        self.training = TrainingPage(document, session, self.stack)
        for page in (self.training, self.layer, self.many):
            self.stack.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.stack)
        self.setMinimumWidth(280)
        document.analysis_changed.connect(self._follow)
        document.selection_changed.connect(lambda _ids: self._follow())
        session.runs.prepared.connect(lambda _history: self._follow())
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(320, 560)

    def event(self, event: QEvent) -> bool:
        return keep_keys(event) or super().event(event)

    @property
    def page(self) -> Page:
        """The page that is shown."""
        shown = self.stack.currentWidget()
        assert isinstance(shown, Page)
        return shown

    def _follow(self) -> None:
        """An edit tells of itself more than once: of its graph, its selection, its run."""
        analysis, ids, data = self._shown
        if analysis is not self.document.analysis or ids != self.document.selection or data is not self.session.known_data():
            self.refresh()

    def refresh(self) -> None:
        """Bring the page for the present selection to the document's state."""
        ids = self.document.selection
        self._shown: tuple[Analysis, list[str], object] = self.document.analysis, list(ids), self.session.known_data()
        if len(ids) == 1:
            self.layer.show_node(ids[0])
            self.stack.setCurrentWidget(self.layer)
        elif ids:
            self.many.show_nodes(ids)
            self.stack.setCurrentWidget(self.many)
        else:
            self.training.refresh()
            self.stack.setCurrentWidget(self.training)

    def finish(self) -> None:
        """Commit what is typed but not yet handed over: call it before a run starts or a file is written."""
        for form in self._forms():
            form.finish()

    def _forms(self) -> list[Any]:
        if self.page is self.training:
            return [*self.training.forms.values(), *(row.editor for row in self.training.rows.values())]
        form = self.layer.form if self.page is self.layer else self.many.form
        return [form] if form is not None else []

    def texts(self) -> list[str]:
        """All texts shown on the page (for tests and for reading aloud)."""
        return [label.text() for label in self.page.findChildren(QLabel) if label.isVisibleTo(self.page) and label.text()]
