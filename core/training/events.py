"""What a run tells the world: small immutable events, in the order in which they happen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class StepDone(NamedTuple):
    """A batch was learnt. The row stands in `RunHistory` already when this is yielded."""

    step: int
    epoch: int
    loss: float


@dataclass(frozen=True)
class EpochDone:
    """A pass over the training part ended; `values` holds the row that the history got (`validation_loss`, …)."""

    epoch: int
    step: int
    values: dict[str, float]


@dataclass(frozen=True)
class Frame:
    """What the probes of one request saw at one step, by the request's keys; arrays are copies that nobody else holds.
    None: there was nothing to see. `questions` are the probes that were answered. A key that is missing was not due yet,
    or is among the `faults`: why its probe will not be asked again, in words."""

    request: int
    step: int
    epoch: int
    answers: dict[str, Any]
    questions: dict[str, Any] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What a question put through `Control.ask` came to; `value` may be a VitrineError."""

    question: int
    value: Any
    step: int
    epoch: int


@dataclass(frozen=True)
class Diagnosis:
    """Something is wrong with the run, in words: where, when, and what to do. key, values: what the words were made of."""

    kind: str
    message: str
    remedy: str
    node: str | None = None
    step: int = 0
    severity: str = "warning"  # "error": the run stopped
    key: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovered:
    """What the diagnosis of that kind and layer said is over."""

    kind: str
    node: str | None
    step: int


@dataclass(frozen=True)
class Dropped:
    """A probe, monitor, metric or question went wrong by its own code: it is left out from now on, and the run goes on.

    what: "probe", "monitor", "metric" or "question"; name: whose, or which; `message` is for the user, `detail` for the log.
    """

    what: str
    name: str
    message: str
    detail: str = ""
    step: int = 0


@dataclass(frozen=True)
class StateChanged:
    """The run is now "running" or "paused"."""

    state: str
    step: int
    epoch: int


@dataclass(frozen=True)
class Finished:
    """The run is over: `reason` is "epochs", "stopped" or a stop rule's text."""

    reason: str
    step: int
    epoch: int
    values: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Failed:
    """The run broke; `message` is for the user, `detail` for the log."""

    message: str
    detail: str = ""
    step: int = 0


Event = StepDone | EpochDone | Frame | Answer | Diagnosis | Recovered | Dropped | StateChanged | Finished | Failed
