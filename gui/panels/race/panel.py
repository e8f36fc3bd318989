"""Optimizers raced on a surface of two variables: no network, no run needed."""

from __future__ import annotations

from typing import ClassVar, Never

from PySide6.QtCore import QEvent, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLayout, QSlider, QVBoxLayout, QWidget

from vitrine.core.optimizers.base import Optimizer
from vitrine.core.surfaces.base import Point, Surface
from vitrine.core.surfaces.race import Trail
from vitrine.gui.panels.base import Desk, Panel
from vitrine.gui.panels.race.race_table import RaceTable
from vitrine.gui.panels.race.race_thread import RaceThread
from vitrine.gui.panels.race.race_view import RaceView
from vitrine.gui.widgets.bar import Bar, Choice, KeyButton, choice, toggle
from vitrine.gui.widgets.keys import keep_keys

TICK_MS = 33
TICKS = 200  # of a whole race: six to seven seconds, however many steps it has
FACTORS = (0.1, 0.3, 1.0, 1.5, 3.0, 10.0)
NARROW, SLIM = 330, 300  # pixels below which the column of values, and the step in words, give way to the picture
LENGTHS = (0.25, 0.5, 1.0, 2.0, 4.0)
FACTOR_TIP = "Multiplies the learning rate that each optimizer has on this surface; hold the mouse over an optimizer to see its rate"
PLAY_TIP = "Play the race, or stop it where it is"


class RacePanel(Panel[Never]):
    """The surface with the trails, the entrants with the value each has reached, and a slider over the steps.

    Trails are computed when the panel shows, in a thread, and kept until something they depend on changes.
    """

    id: ClassVar[str] = "race"
    title: ClassVar[str] = "Optimizer race"
    rank: ClassVar[int] = 70
    behind: ClassVar[str] = "unit_weights"  # with the gradients
    tip: ClassVar[str] = "All optimizers from one start on a long valley, Beale's function or a saddle point"

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(desk, parent)
        self.surfaces: list[Surface] = [kind() for kind in Surface.registry]
        self.start: Point | None = None  # None: the surface's own
        self.trails: dict[str, Trail] = {}
        self._played = 0.0  # the step, with the fraction that the slider can't hold
        self.view, self.table = RaceView(), RaceTable()
        self.surface_choice = choice(*((type(s).title, type(s).__name__) for s in self.surfaces), elastic=True)
        self.play = toggle("Play")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.factor = choice(*((f"rate \N{MULTIPLICATION SIGN} {f:g}", f"{f}") for f in FACTORS))
        self.length = Choice()
        self.own_start = KeyButton()
        self._timer = QTimer(self, interval=TICK_MS)  # runs only while it plays
        self._work = QTimer(self, interval=TICK_MS)  # runs only while trails are computed
        self._thread: RaceThread | None = None
        self._refused = False  # this race can't be: said, and not tried at every painting
        self.slider.setMinimumWidth(56)
        self._lay_out()
        self.factor.setCurrentIndex(FACTORS.index(1.0))
        self._take_surface()
        self._connect()

    def _lay_out(self) -> None:
        top, bottom = Bar(self), Bar(self)
        top.add(self.surface_choice, "The function of two variables to descend", "race_surface")
        top.add(self.play, PLAY_TIP, "race_play")
        top.add(self.slider, "The step that is shown", "race_step")
        top.row.setStretchFactor(self.slider, 1)
        self.note = QLabel()
        self.note.setProperty("role", "muted")
        self.note.setFixedWidth(self.note.fontMetrics().horizontalAdvance("step 0,000") + 4)
        top.add(self.note)
        bottom.add(self.factor, FACTOR_TIP, "race_rate")
        bottom.add(self.length, "How long they run", "race_length")
        self.own_start.setProperty("role", "chip")
        bottom.add(self.own_start, "Started where you clicked; press for the surface's own start", "race_start")
        self.story = bottom.note()
        middle = QHBoxLayout()
        middle.setContentsMargins(4, 0, 4, 0)
        middle.setSpacing(4)
        middle.addWidget(self.view, 1)
        middle.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)  # `minimumSizeHint` says how small it may be
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(top)
        layout.addLayout(middle, 1)
        layout.addWidget(bottom)

    def _connect(self) -> None:
        self.surface_choice.currentIndexChanged.connect(self._take_surface)
        self.factor.currentIndexChanged.connect(self._restart)
        self.length.currentIndexChanged.connect(self._restart)
        self.table.ticked_changed.connect(self._entrants_changed)
        self.table.pointed.connect(self.view.highlight)
        self.view.start_chosen.connect(lambda x, y: self._set_start((x, y)))
        self.own_start.clicked.connect(lambda: self._set_start(None))
        self.slider.valueChanged.connect(self._show_step)
        self.slider.sliderPressed.connect(lambda: self.play.setChecked(False))
        self.play.toggled.connect(self._play_toggled)
        self._timer.timeout.connect(self._tick)
        self._work.timeout.connect(self._take_trails)

    # what is raced
    @property
    def surface(self) -> Surface:
        return self.surfaces[self.surface_choice.currentIndex()]

    @property
    def steps(self) -> int:
        return max(1, round(self.surface.steps * LENGTHS[max(0, self.length.currentIndex())]))

    def _entrant(self, name: str) -> Optimizer:
        return self.surface.entrant(Optimizer.registry.get(name), float(self.factor.currentData()))

    def _take_surface(self) -> None:
        """Another surface: its steps, its own start, and those entrants that it has a rate for."""
        surface, chosen = self.surface, self.length.currentIndex()
        self.length.blockSignals(True)
        self.length.clear()
        for part in LENGTHS:
            self.length.addItem(f"{round(surface.steps * part):,} steps", part)
        self.length.setCurrentIndex(chosen if chosen >= 0 else LENGTHS.index(1.0))
        self.length.blockSignals(False)
        self.length.updateGeometry()
        self.story.setText(f"{surface.formula}. {surface.summary} {surface.source}")
        if chosen < 0:
            self.table.tick(set(surface.rates))
        self._set_start(None)

    def _set_start(self, start: Point | None) -> None:
        self.start = start
        self.own_start.setVisible(start is not None)
        if start is not None:
            x, y = (f"{v:.2f}".replace("-", "\N{MINUS SIGN}") for v in start)
            self.own_start.setText(f"({x}, {y})  \N{MULTIPLICATION SIGN}")
        self._restart()

    def _restart(self) -> None:
        """What the trails depend on is another: forget them, and show the whole of the new ones unless it plays."""
        self._stop_computing()
        self._refused = False
        self.trails.clear()
        self.slider.blockSignals(True)
        self.slider.setRange(0, self.steps)
        self.slider.setPageStep(max(1, self.steps // 10))
        self._played = 0.0 if self.play.isChecked() else self.steps
        self.slider.setValue(int(self._played))
        self.slider.blockSignals(False)
        for kind in self.table.kinds:
            self.table.explain(
                kind.__name__, f"{kind.title}: {kind.summary}\nLearning rate here {self._entrant(kind.__name__).learning_rate:g}"
            )
        self._entrants_changed()

    def _entrants_changed(self) -> None:
        self._show_trails()
        self._stop_computing()
        self._compute()

    def _compute(self) -> None:
        """Send those off whose trails are wanted."""
        missing = self.missing
        if missing and self.seen and self._thread is None and not self._refused:
            entrants = {name: self._entrant(name) for name in missing}
            self._thread = RaceThread(self.surface, entrants, self.steps, self.start, self.desk.courtesy)
            self._thread.start()
            self._work.start()

    def _stop_computing(self) -> None:
        self._work.stop()
        if self._thread is not None:
            self._thread.cancel()
            self._thread = None

    def _take_trails(self) -> None:
        thread = self._thread
        assert thread is not None
        over = thread.over  # before the last are taken
        for name, trail in thread.take():
            self.trails[name] = trail
            if trail.ended:
                self.table.explain(name, f"{trail.optimizer.title} {trail.ended} (learning rate {trail.optimizer.learning_rate:g})")
        if over:
            self._stop_computing()
            self._show_trails()
            if thread.failure is not None:
                self._refused = True
                self.message.emit("error", str(thread.failure))

    @property
    def missing(self) -> list[str]:
        return [name for name in self.table.ticked if name not in self.trails]

    @property
    def shown(self) -> dict[str, Trail]:
        """The trails of the ticked, those already computed."""
        return {name: self.trails[name] for name in self.table.ticked if name in self.trails}

    def _show_trails(self) -> None:
        places = {kind.__name__: index for index, kind in enumerate(self.table.kinds)}
        trails = {name: (places[name], trail) for name, trail in self.shown.items()}
        self.view.show_race(self.surface, self.start or self.surface.start, trails, self.slider.value())
        self._show_step(self.slider.value())

    # the step
    def _show_step(self, step: int) -> None:
        if step != int(self._played):
            self._played = step
        self.view.set_step(step)
        self.table.show_step(self.shown, step)
        self.note.setText(f"step {step:,}")

    def _play_toggled(self, on: bool) -> None:
        self.play.setText("Pause" if on else "Play")
        if on and self.slider.value() >= self.steps:
            self.slider.setValue(0)
        if on and self.seen:
            self._timer.start()
        else:
            self._timer.stop()

    def _tick(self) -> None:
        if not self.seen or self.window().isMinimized():
            self.play.setChecked(False)
            return
        if self.missing:
            return  # nobody starts before all stand at the line
        self._played = min(self.steps, self._played + self.steps / TICKS)
        self.slider.setValue(int(self._played))
        if self._played >= self.steps:
            self.play.setChecked(False)

    @property
    def playing(self) -> bool:
        return self._timer.isActive()

    # the panel
    def minimumSizeHint(self) -> QSize:
        """Small enough for the first layout, whatever the columns need that it can do without."""
        return QSize(230, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.table.show_values(self.width() >= NARROW)
        self.note.setVisible(self.width() >= SLIM)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """It has come to the screen: now trails are worth computing."""
        super().paintEvent(event)
        self._compute()

    def hideEvent(self, event: QHideEvent) -> None:
        self.play.setChecked(False)
        self._stop_computing()
        super().hideEvent(event)

    def end(self) -> None:
        self._stop_computing()

    def event(self, event: QEvent) -> bool:
        return keep_keys(event) or super().event(event)

    def theme_changed(self) -> None:
        self.view.retheme()
        self.table.retheme()
