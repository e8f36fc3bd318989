"""Answering requests: intervals, and guests that misbehave."""

from __future__ import annotations

import dataclasses

import pytest
from trainers import started

from vitrine.core.errors import DataError
from vitrine.core.probes.base import Probe, View
from vitrine.core.probes.unit_weights import UnitWeights
from vitrine.core.spec import hp
from vitrine.core.training.control import FrameRequest
from vitrine.core.training.events import Frame


class Broken(Probe[None], abstract=True):
    """Raises where `node` is "bad"."""

    node: str = hp(default="", help="")

    def __call__(self, view: View) -> None:
        if self.node == "bad":
            raise KeyError(self.node)
        if self.node == "odd":
            raise DataError("token 7 is outside the vocabulary")


def test_a_faulty_probe_is_reported_and_dropped_and_the_run_goes_on() -> None:
    """What one view's probe raises took the whole run with it."""
    run = started("xor_by_example")
    good = UnitWeights(node="dense_1")
    events = run.run()
    seen: list[Frame] = []
    for request in range(3):
        run.control.ask_frame(FrameRequest(request, {"broken": Broken(node="bad"), "good": good}))
        until = run.step + 5
        while run.step < until:
            event = next(events)
            if isinstance(event, Frame):
                seen.append(event)
    assert [set(frame.answers) for frame in seen] == [{"good"}] * 3
    assert "Broken" in seen[0].faults["broken"] and "bad" in seen[0].faults["broken"]
    assert not seen[1].faults and not seen[2].faults, "said once"
    frame = run.frame(9, {"broken": Broken(node="fine")})
    assert frame.answers == {"broken": None}, "another question has its chance"


def test_what_cannot_be_looked_at_is_said_and_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    frame = started("xor_by_example").frame(0, {"broken": Broken(node="odd")})
    assert frame.faults == {"broken": "token 7 is outside the vocabulary"}
    assert not caplog.records, "it is no fault of the program's"


def test_a_view_is_read_only() -> None:
    view = started("xor_by_example").view
    for field in dataclasses.fields(view):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(view, field.name, None)
