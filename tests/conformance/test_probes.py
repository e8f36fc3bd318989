"""Every probe answers with a frozen value of its own, makes copies, and leaves the run as it was."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

import numpy as np
import pytest
from trainers import started

from vitrine.core.probes.base import Probe
from vitrine.core.training.trainer import Trainer

EXAMPLES = ("digits_cnn", "xor_by_example", "curve_relu", "circle", "autoencoder_digits")


@pytest.fixture(scope="module", params=EXAMPLES)
def run(request: pytest.FixtureRequest) -> Trainer:
    return started(request.param)


def asked(kind: type[Probe[Any]], run: Trainer) -> list[Probe[Any]]:
    """The probe, put to every layer where it looks at one."""
    ids = tuple(node.id for node in run.network.graph.nodes)
    names = {field.name for field in kind.fields()}
    common = {"split": "train"} if "split" in names else {}
    if "node" in names:
        return [kind(node=node, **common) for node in ids]
    return [kind(nodes=ids, **common)] if "nodes" in names else [kind(**common)]


def declared(kind: type[Probe[Any]]) -> tuple[type, ...]:
    """The types that the class says it answers with."""
    (base,) = [b for b in kind.__orig_bases__ if typing.get_origin(b) is Probe]  # type: ignore[attr-defined]
    (answer,) = typing.get_args(base)
    return typing.get_args(answer) or (answer,)


def arrays(value: Any) -> list[np.ndarray]:
    """All arrays in an answer, however deep."""
    if isinstance(value, np.ndarray):
        return [value]
    if dataclasses.is_dataclass(value):
        return [array for field in dataclasses.fields(value) for array in arrays(getattr(value, field.name))]
    if isinstance(value, dict):
        return [array for item in value.values() for array in arrays(item)]
    return [array for item in value for array in arrays(item)] if isinstance(value, (tuple, list)) else []


def owned(run: Trainer) -> list[np.ndarray]:
    network, trail = run.network, run.trail
    kept = [network.params, network.grads, *network.state.values(), *run.optimizer.slots.values()]
    kept += [array for part in ("train", "validation", "test") for array in run.data.split(part)]
    return kept + ([] if trail is None else [trail.points, trail.steps])


@pytest.mark.parametrize("kind", list(Probe.registry), ids=lambda kind: kind.__name__)
def test_answers_are_frozen_copies_of_the_declared_type(kind: type[Probe[Any]], run: Trainer) -> None:
    answers = [answer for probe in asked(kind, run) for answer in (probe(run.view), probe(run.view)) if answer is not None]
    for answer in answers:
        assert isinstance(answer, declared(kind)), type(answer)
        assert dataclasses.is_dataclass(answer) and type(answer).__dataclass_params__.frozen  # type: ignore[attr-defined]
        for array in arrays(answer):
            assert not any(np.may_share_memory(array, other) for other in owned(run)), "a view of what the run goes on to change"
    seen = [[a for a in arrays(answer) if a.size and a.flags.writeable] for answer in answers]
    for first in range(len(seen)):
        for second in range(first + 1, len(seen)):
            assert not any(np.shares_memory(a, b) for a in seen[first] for b in seen[second]), "two answers share what one may write"


@pytest.mark.parametrize("kind", list(Probe.registry), ids=lambda kind: kind.__name__)
def test_asking_changes_nothing_of_the_run(kind: type[Probe[Any]], run: Trainer) -> None:
    before = [array.copy() for array in owned(run)]
    streams = run.subject.generators.state()
    for probe in asked(kind, run):
        probe(run.view)
    for array, copy in zip(owned(run), before, strict=True):
        np.testing.assert_array_equal(array, copy)
    assert run.subject.generators.state() == streams
