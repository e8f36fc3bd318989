"""One layer on the canvas, painted by one item: texts are cut once, a new picture repaints only its own place."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from vitrine.core.training.events import Diagnosis
from vitrine.gui.canvas.items import metrics as m
from vitrine.gui.canvas.items.badge import paint_diagnoses
from vitrine.gui.canvas.items.face import Face
from vitrine.gui.canvas.items.kinds import group_color, mark, paint_badge
from vitrine.gui.canvas.items.problem_strip import ProblemStrip
from vitrine.gui.canvas.items.thumbnail import Thumbnail
from vitrine.gui.look import theme

_CENTER = Qt.AlignmentFlag.AlignCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class CardItem(QGraphicsItem):
    """Paints a Face. `part_at` says what lies under a point; the view decides what a click there does."""

    def __init__(self, node_id: str, face: Face) -> None:
        super().__init__()
        self.id = node_id
        self.face = face
        self.thumbnail: Thumbnail | None = None
        self.hovered: str | None = None  # the part under the mouse
        self.marked: str | None = None  # "good" or "error" while a connection is drawn to this card, "drop" for a drop
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIsSelectable)
        self.setZValue(1)
        self.far = False  # seen from afar: fewer words, larger letters
        self.strip = ProblemStrip(face.problems)
        self.diagnoses: tuple[Diagnosis, ...] = ()  # what the run is found to have here
        self._cut()

    # what it shows
    def set_face(self, face: Face) -> None:
        if face != self.face:
            self.prepareGeometryChange()
            self.face = face
            self.strip = ProblemStrip(face.problems, self.far, self.strip.room)
            self._cut()
            self.update()

    def set_diagnoses(self, diagnoses: tuple[Diagnosis, ...]) -> None:
        """Bear a badge for these."""
        if diagnoses != self.diagnoses:
            self.diagnoses = diagnoses
            self.update()

    def set_far(self, far: bool) -> None:
        if far != self.far:
            self.prepareGeometryChange()
            self.far = far
            self.strip = ProblemStrip(self.face.problems, far, self.strip.room)
            self.update()

    def set_room(self, room: float) -> None:
        """How far the text of its problems may reach below it."""
        if room != self.strip.room:
            self.prepareGeometryChange()
            self.strip = ProblemStrip(self.face.problems, self.far, room)
            self.update()

    def _cut(self) -> None:
        """Fit every text to its line."""
        width = m.LINES[0].width()
        words = self.face.settings or self.face.kind.title
        settings = m.fit_parts(words, width, m.TEXT_SIZE, 2)
        self.name = m.elide(self.face.name, m.NAME.width(), m.NAME_SIZE, True)
        wide = m.FAR_LINES[0].width()
        self.far_name = m.elide(self.face.name, m.NAME.width() + 3, m.FAR_NAME_SIZE, True)
        self.far_lines = [
            m.fit_parts(words, wide, m.FAR_TEXT_SIZE, 1)[0],
            m.elide(self.face.output, wide, m.FAR_SHAPE_SIZE, True),
        ]
        self.lines = [
            *(settings + [""])[:2],
            m.elide(self.face.output, width, m.TEXT_SIZE + 1, True),
            m.elide(self.face.params, width, m.TEXT_SIZE),
        ]

    @property
    def fix_titles(self) -> list[str]:
        """What the buttons under the card say."""
        return [fix.title for fix in self.strip.fixes]

    def set_thumbnail(self, thumbnail: Thumbnail | None) -> None:
        self.thumbnail = thumbnail
        self.update(m.THUMBNAIL.adjusted(3, 3, -3, -3))

    def set_hovered(self, part: str | None) -> None:
        if part != self.hovered:
            self.hovered = part
            self.update()

    def set_marked(self, how: str | None) -> None:
        if how != self.marked:
            self.marked = how
            self.update()

    # where things are
    def place(self, x: float, y: float) -> None:
        if self.pos() != QPointF(x, y):
            self.setPos(x, y)

    @property
    def badge(self) -> QRectF:
        """Where the badge for diagnoses is."""
        return m.FAR_DIAGNOSES if self.far else m.DIAGNOSES

    def input_point(self) -> QPointF:
        return self.pos() + m.INPUT_PORT

    def output_point(self) -> QPointF:
        return self.pos() + m.OUTPUT_PORT

    def extent(self) -> QRectF:
        """Card and problem text together, in scene coordinates."""
        return (m.CARD | self.strip.rect).translated(self.pos())

    def boundingRect(self) -> QRectF:
        margin = m.PORT_RADIUS + 3
        body = m.CARD | self.strip.rect
        return body.adjusted(-margin, -4, margin, 5) | m.FAR_DIAGNOSES.adjusted(-2, -2, 2, 2)

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRect(m.CARD)
        return path

    def part_at(self, point: QPointF) -> str | None:
        """ "in", "out", "fix:0", "problem", "diagnoses", "name", "thumbnail" or "card" for a point in the card's coordinates."""
        if self.face.takes_input and (point - m.INPUT_PORT).manhattanLength() <= m.PORT_REACH:
            return "in"
        if (point - m.OUTPUT_PORT).manhattanLength() <= m.PORT_REACH:
            return "out"
        if self.diagnoses and self.badge.contains(point):
            return "diagnoses"
        if m.CARD.contains(point):
            return "name" if m.NAME.contains(point) else "thumbnail" if m.THUMBNAIL.contains(point) else "card"
        return self.strip.part_at(point) if self.strip else None

    # painting
    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        zoom = option.levelOfDetailFromTransform(painter.worldTransform())
        exposed = self._exposed(painter)
        if exposed.isEmpty():
            return
        if m.ROUND_THUMBNAIL.contains(exposed):  # the picture alone is new
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            if not m.THUMBNAIL.contains(exposed):
                painter.fillRect(exposed, theme.color("surface"))
            self._paint_thumbnail(painter, zoom)
            if not m.THUMBNAIL.contains(exposed):
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_ports(painter)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_body(painter)
        self._paint_texts(painter)
        self._paint_thumbnail(painter, zoom)
        self._paint_ports(painter)
        if self.diagnoses:
            paint_diagnoses(painter, self.badge, self.diagnoses)
        if self.strip:
            self.strip.paint(painter, self.hovered)

    def _exposed(self, painter: QPainter) -> QRectF:
        """What of the card is to be painted anew. Qt's own exposedRect spans all that changed, from card to card."""
        region = getattr(self.scene(), "exposed", None)
        if region is None:
            return self.boundingRect()
        transform = painter.worldTransform()
        found = region.intersected(transform.mapRect(self.boundingRect()).toAlignedRect()).boundingRect()
        return transform.inverted()[0].mapRect(QRectF(found))

    def _paint_body(self, painter: QPainter) -> None:
        colors = theme.current()
        shadow = QColor(0, 0, 0, 60 if colors.name == "dark" else 22)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shadow)
        painter.drawRoundedRect(m.CARD.translated(0, 2), m.RADIUS, m.RADIUS)
        painter.setBrush(QColor(colors.surface))
        painter.setPen(self._outline())
        painter.drawRoundedRect(m.CARD, m.RADIUS, m.RADIUS)

    def _outline(self) -> QPen:
        colors = theme.current()
        if self.marked:
            return QPen(QColor({"error": colors.error, "warning": colors.warning}.get(self.marked, colors.good)), 3)
        if self.isSelected():
            return QPen(QColor(colors.accent), 2.6)
        if self.face.severity:
            return QPen(QColor(colors.error if self.face.severity == "error" else colors.warning), 1.8)
        return QPen(QColor(colors.muted if self.hovered else colors.border), 1.2)

    def _paint_texts(self, painter: QPainter) -> None:
        colors, far = theme.current(), self.far
        paint_badge(painter, m.BADGE, self.face.kind, 12 if far else 11)
        painter.setFont(m.font(m.FAR_NAME_SIZE if far else m.NAME_SIZE, True))
        painter.setPen(QColor(colors.text))
        painter.drawText(m.NAME.adjusted(-1, 0, 3, 0), _LEFT, self.far_name if far else self.name)
        if far:
            for rect, text, size in zip(m.FAR_LINES, self.far_lines, (m.FAR_TEXT_SIZE, m.FAR_SHAPE_SIZE)):
                painter.setFont(m.font(size, size == m.FAR_SHAPE_SIZE))
                painter.drawText(rect, _LEFT, text)
            return
        for at, (rect, text) in enumerate(zip(m.LINES, self.lines)):
            if text:
                painter.setFont(m.font(m.TEXT_SIZE + 1, True) if at == 2 else m.font(m.TEXT_SIZE))
                painter.setPen(QColor(colors.muted if at == 3 else colors.text))
                painter.drawText(rect, _LEFT, text)

    def _paint_thumbnail(self, painter: QPainter, zoom: float) -> None:
        colors = theme.current()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colors.canvas))
        painter.drawRect(m.THUMBNAIL)
        if self.thumbnail is not None:
            self.thumbnail.paint(painter, m.THUMBNAIL.adjusted(3, 3, -3, -3), zoom)
            return
        ink = group_color(self.face.kind.group)
        ink.setAlpha(70)
        painter.setFont(m.font(34, True))
        painter.setPen(ink)
        painter.drawText(m.THUMBNAIL, _CENTER, mark(self.face.kind))

    def _paint_ports(self, painter: QPainter) -> None:
        colors = theme.current()
        for part, at in (("in", m.INPUT_PORT), ("out", m.OUTPUT_PORT)):
            if part == "out" or self.face.takes_input:
                hot = self.hovered == part
                painter.setPen(QPen(QColor(colors.accent if hot else colors.edge), 1.8))
                painter.setBrush(QColor(colors.accent if hot else colors.surface))
                radius = m.PORT_RADIUS + (1.5 if hot else 0)
                painter.drawEllipse(at, radius, radius)
