"""The weights into a layer's units, drawn in the shape of what they look at."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from vitrine.core.pictures import mosaic
from vitrine.core.probes.base import Probe
from vitrine.core.probes.unit_weights import UnitWeights, UnitWeightsAnswer
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.widgets.bar import Bar, choice
from vitrine.gui.widgets.color_bar import ColorBar
from vitrine.gui.widgets.layer_chooser import LayerChooser
from vitrine.gui.widgets.mosaic.mosaic_view import MosaicView
from vitrine.gui.widgets.pager import Pager
from vitrine.gui.widgets.placeholder import Placeholder

EMPTY = "The weights into each unit show here as soon as the network is ready. Press Space to train and watch them form."
NO_LAYER = "No layer here has weights: drag a Dense or a Conv2D from the palette onto the canvas."
SMALLEST = 28.0  # pixels: a tile should not become smaller


class UnitWeightsPanel(Panel[UnitWeightsAnswer]):
    """Tiles with zero in the middle of the colours, a colour bar, pages where there are many units."""

    id: ClassVar[str] = "unit_weights"
    title: ClassVar[str] = "Unit weights"
    rank: ClassVar[int] = 30
    share: ClassVar[int] = 215
    tip: ClassVar[str] = (
        "The incoming weights of each unit, in the shape of its input; click selects the unit, double-click opens it to zoom in"
    )

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self._scale = 0.0
        self._shape: tuple[int, ...] = ()
        self._rows = False
        self._start = 0
        self._units = self._parts = 1  # of the layer; a recurrent one has several gates a unit
        self.chooser = LayerChooser(self.document, self._accepts, lambda ids: ids[0])
        self.channel = choice(("mean", "-1"))
        self.channel.setVisible(False)
        self.pager = Pager("units")
        bar = Bar(self)
        bar.add(self.chooser)
        bar.add(self.channel, "Which input channel of the weights to show, or the mean over all of them", "channel")
        bar.row.addWidget(self.pager, 1)
        self.tiles = MosaicView()
        self.tiles.setObjectName("tiles")
        self.tiles.describe = self._describe
        self.scale_bar = ColorBar()
        page = QWidget()
        row = QHBoxLayout(page)
        row.setContentsMargins(4, 0, 0, 2)
        row.setSpacing(2)
        row.addWidget(self.tiles, 1)
        row.addWidget(self.scale_bar)
        self.body = Placeholder(page, EMPTY, self)
        self.lay_out(bar, self.body)
        self.chooser.changed.connect(self._layer_changed)
        self.channel.currentIndexChanged.connect(self._rescale)
        self.pager.changed.connect(self._page)
        self.tiles.selected.connect(lambda tile: self.focus.select_unit(self.chooser.layer, (self._start + tile) % self._units))
        self.focus.unit_changed.connect(self._unit_changed)
        self._layer_changed(self.chooser.layer)

    def _accepts(self, node_id: str) -> bool:
        params = self.document.analysis.params.get(node_id, {})
        return any(p.is_weight and len(p.shape) >= 2 for p in params.values())

    def _layer_changed(self, layer: str) -> None:
        self._shape, self._start = (), 0
        if not layer:
            self.pager.set_range(0, 1, 0)
            self.body.say(NO_LAYER)
        elif self.body.said == NO_LAYER:
            self.body.say(EMPTY)
        self._rescale()

    def _rescale(self) -> None:
        self._scale = 0.0
        self._highlight()
        self.request_changed.emit()

    def _page(self, start: int) -> None:
        self._start = start
        self._highlight()
        self.request_changed.emit()

    def _unit_changed(self, layer: str, unit: int) -> None:
        """Turn to the page of a unit that was chosen elsewhere."""
        size = self.page_size
        if layer == self.chooser.layer and (unit - self._start) % self._units >= size:
            self._page(unit // size * size)
        self._highlight()

    def _describe(self, tile: int) -> str:
        gate, unit = divmod(self._start + tile, self._units)
        return f"{self.chooser.layer}, unit {unit + 1}" + (f", gate {gate + 1} of {self._parts}" if self._parts > 1 else "")

    def _highlight(self) -> None:
        chosen = self.focus.unit
        if chosen is None or chosen[0] != self.chooser.layer:
            self.tiles.set_current(None)
            return
        tile, current = (chosen[1] - self._start) % self._units, self.tiles.current
        if current is None or current % self._units != tile:  # another gate of the same unit may stay chosen
            self.tiles.set_current(tile if tile < self.tiles.layout_.count else None)

    @property
    def page_size(self) -> int:
        """Units that can be told apart in the room there is."""
        width, height = max(80, self.tiles.width()), max(60, self.tiles.height())
        if self._rows:
            return max(8, height // 3)
        tall, wide = self._shape[1:] if self._shape else (1, 1)
        side = min(max(SMALLEST, 1.6 * max(tall, wide)), 48.0)
        tile_width, tile_height = side * max(1.0, wide / tall), side * max(1.0, tall / wide)
        return int(min(400, max(6, (width // tile_width) * (height // tile_height))))

    # live
    def request(self) -> Probe[UnitWeightsAnswer] | None:
        if not self.chooser.layer:
            return None
        columns = self.tiles.columns_for(*self._shape) if self._shape and not self._rows else 0
        return UnitWeights(
            node=self.chooser.layer, start=self._start, count=self.page_size, channel=int(self.channel.currentData() or -1),
            columns=columns, scale=self._scale,
        )  # fmt: skip

    def draw_nothing(self) -> None:
        if self.chooser.layer:
            self.body.say(f"{self.chooser.layer} is not part of the prepared network yet.")

    def draw(self, answer: UnitWeightsAnswer) -> None:
        if answer.node != self.chooser.layer:
            return
        self._shape, self._rows, self._start = answer.values.shape, answer.rows, answer.start
        self._scale = mosaic.steady_scale(self._scale, answer.peak)
        self._parts, self._units = answer.parts, answer.units // answer.parts
        self._offer_channels(answer.channels)
        self.pager.set_range(self._start, self.page_size, answer.units)
        self.tiles.subject = self.chooser.layer
        self.tiles.names = self._names(answer.values.shape[2]) if answer.rows else ()
        self.tiles.show_picture(answer.picture, answer.map, answer.layout, answer.values, answer.rows, answer.scale)
        self.scale_bar.set_scale(answer.map, answer.scale)
        self._highlight()
        self.body.show_content()

    def _names(self, count: int) -> tuple[str, ...]:
        """The data's features, where the layer sees them as they are."""
        found = tuple(self.info.feature_names) if self.info is not None else ()
        analysis = self.document.analysis
        if self.chooser.layer not in analysis.shapes or len(found) != count:
            return ()
        above = analysis.graph.ancestors(self.chooser.layer) - {self.chooser.layer}
        return found if all(analysis.shapes.get(n) == (count,) and not analysis.param_count(n) for n in above) else ()

    def _offer_channels(self, count: int) -> None:
        wanted = 1 + count if count > 1 else 1
        if self.channel.count() != wanted:
            self.channel.blockSignals(True)
            self.channel.clear()
            self.channel.addItem("mean", "-1")
            for i in range(wanted - 1):
                self.channel.addItem(f"channel {i + 1}", str(i))
            self.channel.blockSignals(False)
            self.channel.setVisible(count > 1)

    def clear(self) -> None:
        self._scale, self._shape = 0.0, ()
        self.tiles.clear()
        self.pager.set_range(0, 1, 0)
        self.body.say(EMPTY if self.chooser.layer else NO_LAYER)

    def theme_changed(self) -> None:
        self.tiles.retheme()
        self.scale_bar.retheme()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        turn = {Qt.Key.Key_PageUp: -1, Qt.Key.Key_PageDown: 1}.get(Qt.Key(event.key()))
        if turn is None:
            super().keyPressEvent(event)
        else:
            self.pager.turn(turn)

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self._shape:
            self.request_changed.emit()
