"""What one layer makes of one example: the input and all maps, live."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from vitrine.core.pictures import mosaic
from vitrine.core.probes.base import Probe
from vitrine.core.probes.feature_maps import FeatureMaps, FeatureMapsAnswer
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.widgets.bar import Bar
from vitrine.gui.widgets.color_bar import ColorBar
from vitrine.gui.widgets.layer_chooser import LayerChooser
from vitrine.gui.widgets.mosaic.mosaic_view import MosaicView
from vitrine.gui.widgets.placeholder import Placeholder
from vitrine.gui.widgets.sample_chooser import SampleChooser

EMPTY = "What a layer makes of one example shows here as soon as the network is ready. Press Space to train and watch it change."
NO_LAYER = "The network has no layers yet: drag a Conv2D or a Dense from the palette onto the canvas."


class FeatureMapsPanel(Panel[FeatureMapsAnswer]):
    """Input on the left, maps on the right."""

    id: ClassVar[str] = "feature_maps"
    title: ClassVar[str] = "Feature maps"
    rank: ClassVar[int] = 20
    share: ClassVar[int] = 265
    tip: ClassVar[str] = (
        "The input and all maps of a layer for one example; hover enlarges, click selects the unit, double-click opens it to zoom in"
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._scale = 0.0
        self._shape: tuple[int, ...] = ()
        self._shown = ""
        self.chooser = LayerChooser(self.document, self._accepts, self._prefers)
        self.sample = SampleChooser()
        bar = Bar(self)
        bar.add(self.chooser)
        bar.stretch()
        bar.add(self.sample)
        self.input = MosaicView(selectable=False)
        self.input.subject = "input"
        self.input.describe = lambda _tile: "input"
        self.caption = QLabel()
        self.caption.setProperty("role", "muted")
        self.maps = MosaicView()
        self.maps.setObjectName("maps")
        self.scale_bar = ColorBar()
        self.body = Placeholder(self._content(), EMPTY, self)
        self.lay_out(bar, self.body)
        self.chooser.changed.connect(self._layer_changed)
        self.sample.choose(*self.focus.sample)
        self.sample.changed.connect(self.focus.select_sample)
        self.focus.sample_changed.connect(self._sample_changed)
        self.maps.selected.connect(lambda tile: self.focus.select_unit(self.chooser.layer, tile))
        self.focus.unit_changed.connect(lambda *_: self._highlight())
        self._layer_changed(self.chooser.layer)

    def _content(self) -> QWidget:
        page = QWidget()
        left = QVBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.input, 1)
        left.addWidget(self.caption)
        row = QHBoxLayout(page)
        row.setContentsMargins(4, 0, 0, 2)
        row.setSpacing(2)
        row.addLayout(left, 2)
        row.addWidget(self.maps, 5)
        row.addWidget(self.scale_bar)
        return page

    def prepared(self) -> None:
        self.sample.set_data(self.data)
        self.sample.choose(*self.focus.sample)

    # which layer
    def _accepts(self, node_id: str) -> bool:
        return node_id in self.document.analysis.shapes

    def _prefers(self, ids: list[str]) -> str:
        analysis = self.document.analysis
        inner = [n for n in ids if not analysis.graph[n].layer.is_entry()]
        images = [n for n in inner if len(analysis.shapes[n]) == 3]
        learnt = [n for n in inner if analysis.param_count(n)]
        return (images or learnt or inner or ids)[0]

    def _layer_changed(self, layer: str) -> None:
        self._scale, self._shape = 0.0, ()
        if not layer:
            self.body.say(NO_LAYER)
        elif self.body.said == NO_LAYER:
            self.body.say(EMPTY)
        self._highlight()
        self.request_changed.emit()

    def _sample_changed(self, split: str, index: int) -> None:
        self.sample.choose(split, index)
        self.request_changed.emit()

    def _highlight(self) -> None:
        unit = self.focus.unit
        self.maps.set_current(unit[1] if unit is not None and unit[0] == self.chooser.layer else None)

    # live
    def request(self) -> Probe[FeatureMapsAnswer] | None:
        if not self.chooser.layer:
            return None
        columns = self.maps.columns_for(*self._shape) if self._shape else 0
        return FeatureMaps(node=self.chooser.layer, sample=self.sample.index, split=self.sample.split, columns=columns, scale=self._scale)

    def draw_nothing(self) -> None:
        if self.chooser.layer:
            self.body.say(f"{self.chooser.layer} is not part of the prepared network yet, or there is no such example.")

    def draw(self, answer: FeatureMapsAnswer) -> None:
        if answer.node != self.chooser.layer:
            return
        self._shape = answer.values.shape
        self._scale = mosaic.steady_scale(self._scale, answer.peak)
        cells = answer.values.shape[1:] == (1, 1)
        self.maps.describe = (lambda tile: f"unit {tile + 1}") if cells else (lambda tile: f"map {tile + 1}")
        self.maps.subject = self.chooser.layer
        self.maps.show_picture(answer.picture, answer.map, answer.layout, answer.values, scale=answer.scale)
        self.scale_bar.set_scale(answer.map, answer.scale)
        self._draw_input(answer)
        self._highlight()
        self.body.show_content()

    def _draw_input(self, answer: FeatureMapsAnswer) -> None:
        values = answer.input
        if answer.points is not None:
            codes, name = answer.points
            layout, tiles = mosaic.Layout(1, codes.shape[0], codes.shape[1], 1), None
        elif values.ndim == 2:
            layout = mosaic.Layout(1, values.shape[0], values.shape[1], 1)
            codes, name, tiles = mosaic.gray(values, float(values.min()), float(values.max())), "gray", values[None]
        else:
            layout = mosaic.Layout(len(values), 1, 1, mosaic.best_columns(len(values), 1, 1, 1.0))
            tiles = values.reshape(-1, 1, 1)
            cells, name, _ = mosaic.colored(tiles)
            codes = mosaic.compose(cells, layout)
        self.input.show_picture(codes, name, layout, tiles)
        info = self.info
        classes = info.task.class_names(info) if info is not None else ()
        text = "training points" if answer.plane else f"input: {classes[answer.label]}" if classes else "input"
        if self.caption.text() != text:
            self.caption.setText(text)

    def clear(self) -> None:
        self._scale, self._shape = 0.0, ()
        for view in (self.maps, self.input):
            view.clear()
        self.body.say(EMPTY if self.chooser.layer else NO_LAYER)

    def theme_changed(self) -> None:
        for view in (self.maps, self.input, self.scale_bar):
            view.retheme()

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._shape:
            self.request_changed.emit()
