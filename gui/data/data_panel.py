"""The data at a glance: which, how much of it, what was done to it, and some real samples."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from vitrine.core.fields import Field
from vitrine.core.spec import Spec
from vitrine.datasets.base import DatasetSpec
from vitrine.gui.data.sample_preview import SamplePreview
from vitrine.gui.forms import TypeCombo
from vitrine.gui.forms.text import choose_path, wants_folder
from vitrine.gui.state.data_source import data_key
from vitrine.gui.state.document import Document
from vitrine.gui.state.session import Session
from vitrine.gui.widgets.keys import keep_keys
from vitrine.gui.widgets.labels import LineLabel, text_label
from vitrine.gui.widgets.problem_list import sentence

PARTS = {"train": "train", "validation": "validation", "test": "test"}
SHORT = PARTS | {"validation": "val."}


class DataPanel(QWidget):
    """Chooser, samples, counts by part, classes and preprocessing; or what is wrong and what to do."""

    def __init__(self, document: Document, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.document, self.session = document, session
        self._load_error = ""
        self._failed_for: tuple[Any, ...] | None = None  # the settings that the error is about
        self._chosen: dict[str, Spec] = {}
        self.combo = TypeCombo(DatasetSpec.registry, parent=self)
        self.combo.setObjectName("dataset_chooser")
        self.combo.setAccessibleName("Dataset")
        self.preview = SamplePreview(self)
        self.error = text_label("", "error")
        self.choose_button = QPushButton("Choose folder…", self)
        self.choose_button.setObjectName("choose_data")
        self.choose_button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.counts, self.classes = LineLabel(), LineLabel("muted")
        self.preprocessing = LineLabel("muted", lines=2)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(5)
        layout.addWidget(self.combo)
        layout.addWidget(self.preview, 1)
        for widget in (self.error, self.choose_button, self.counts, self.classes, self.preprocessing):
            layout.addWidget(widget)
        self.combo.chosen.connect(self._choose_type)
        self.choose_button.clicked.connect(self.choose_path)
        document.analysis_changed.connect(self.refresh)
        session.runs.prepared.connect(self._on_prepared)
        session.state_changed.connect(self.refresh)  # data that a run came to have, or not
        session.message.connect(self._on_message)
        session.source.loaded.connect(self.refresh)
        session.source.failed.connect(partial(self._on_message, "error"))
        self.refresh()

    def sizeHint(self) -> QSize:
        return QSize(260, 236)

    def event(self, event: QEvent) -> bool:
        return keep_keys(event) or super().event(event)

    # what the person does
    def _choose_type(self, name: str) -> None:
        old = self.document.experiment.dataset
        self._chosen[type(old).__name__] = old
        spec = self._chosen.get(name) or DatasetSpec.registry.get(name)()
        self.document.set_part("dataset", spec)

    def path_field(self) -> Field | None:
        """The dataset's field that names a file or folder, if it has one."""
        dataset = self.document.experiment.dataset
        return dataset.path_field() if isinstance(dataset, DatasetSpec) else None

    def choose_path(self) -> None:
        """Ask for the file or folder and put it in the dataset's field."""
        field, dataset = self.path_field(), self.document.experiment.dataset
        if field is None:
            return
        chosen = choose_path(self, field, getattr(dataset, field.name))
        if chosen:
            self.document.set_part("dataset", dataset.replace(**{field.name: chosen}))

    # what is shown
    def _on_prepared(self, _history: Any) -> None:
        self._load_error = ""
        self.refresh()

    def _on_message(self, kind: str, text: str) -> None:
        """While no data is there, the session's error is about it."""
        if kind == "error" and self.session.known_data() is None:
            self._load_error, self._failed_for = text, data_key(self.document.experiment)
            self.refresh()

    def refresh(self, _state: str = "") -> None:
        """Bring everything to the state of document and session."""
        if self._failed_for != data_key(self.document.experiment):
            self._load_error = ""
        dataset, data = self.document.experiment.dataset, self.session.known_data()
        self.combo.show_type(type(dataset).__name__)
        wrong = "; ".join(str(p) for p in dataset.problems())
        error = wrong or self.document.info_error or ("" if data is not None else self._load_error)
        self.error.setText(sentence(error))
        self.error.setVisible(bool(error))
        field = self.path_field()
        self.choose_button.setVisible(field is not None)
        if field is not None:
            self.choose_button.setText("Choose folder…" if wants_folder(field) else "Choose file…")
        self.preview.setVisible(not error)
        self.preview.set_dataset(None if error else data, "Loading…")
        self._show_words(None if error else data, bool(error))

    def _show_words(self, data: Any, error: bool) -> None:
        info = data.info if data is not None else self.document.info
        if error or info is None:
            for label in (self.counts, self.classes, self.preprocessing):
                label.hide()
            return
        if data is not None:
            counts = data.counts().items()
            self.counts.setText(*(" · ".join(f"{n:,} {names[part]}" for part, n in counts) for names in (PARTS, SHORT)))
        else:
            self.counts.setText(f"{info.count:,} examples" if info.count else "")
        self.counts.setVisible(bool(self.counts.text()))
        self.classes.setText(_task_text(info))
        self.classes.setToolTip("\n".join(part for part in (_task_text(info), info.source) if part))
        self.classes.show()
        done = (data.preprocessing or "values as the source has them") if data is not None else "…"
        self.preprocessing.setText(sentence(done))
        notes = data.notes if data is not None else ()
        self.preprocessing.setToolTip("\n".join((sentence(done), *(sentence(note) for note in notes))))
        self.preprocessing.show()


def _task_text(info: Any) -> str:
    shape = " × ".join(map(str, info.input_shape))
    return f"{info.task.describe(info)}; each {shape}"
