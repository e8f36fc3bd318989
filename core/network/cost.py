"""What a run takes, in bytes and seconds, and in words. See `vitrine.core.network.estimate` for how that is known beforehand."""

from __future__ import annotations

from dataclasses import dataclass, field

KEPT = 60_000  # bytes that any run holds: its history's first rows, generators, small arrays


@dataclass(frozen=True)
class Cost:
    """Bytes and seconds, all about; by layer what it has a part in, with its share of gradients and the optimizer's slots."""

    weights: int  # parameters and their gradients
    optimizer: int  # slots, and copies that the run keeps
    buffers: int  # layers' outputs, their gradients, patches and the like, for a batch
    data: int
    drawing: int  # while the first weights are drawn
    seconds: float  # a step
    batch: int
    nodes: dict[str, int] = field(default_factory=dict)
    node_seconds: dict[str, float] = field(default_factory=dict)  # of a step
    drawing_seconds: dict[str, float] = field(default_factory=dict)

    @property
    def memory(self) -> int:
        """The most that is held at once."""
        return KEPT + self.weights + self.optimizer + self.data + max(self.buffers, self.drawing)

    def __str__(self) -> str:
        return self.told()

    def told(self, steps: int = 0) -> str:
        """In words; with `steps`, those of an epoch, also the time that one takes."""
        epoch = f", an epoch about {seconds_text(steps * self.seconds)}" if steps else ""
        return f"Memory about {bytes_text(self.memory)}; a step about {seconds_text(self.seconds)}{epoch}"


def bytes_text(count: float) -> str:
    """ "12 MB", in powers of 1000."""
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{_short(count / size)} {unit}"
    return f"{_short(count / 1e3)} kB"


def seconds_text(seconds: float) -> str:
    """ "3 ms", "1.4 s", "12 min", "30 hours"."""
    for unit, size in (("days", 172_800.0), ("hours", 7200.0), ("min", 120.0), ("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{_short(seconds / {'days': 86_400.0, 'hours': 3600.0, 'min': 60.0, 's': 1.0, 'ms': 1e-3}[unit])} {unit}"
    return f"{_short(seconds * 1e3)} ms"


def _short(value: float) -> str:
    """Two digits that count."""
    return f"{float(f'{value:.2g}'):,.0f}" if value >= 9.95 else f"{value:.1f}".removesuffix(".0") if value >= 0.1 else f"{value:.1g}"
