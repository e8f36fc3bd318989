"""Experiments that can't be: refused in words that name the place, or held with a problem bound to the field."""

from __future__ import annotations

import copy
import json
import math
import time
from pathlib import Path
from typing import Any

import pytest
from small_runs import layer, make

from vitrine.core.errors import DataError, FileError, GraphError, SpecError, shown
from vitrine.core.files.project import Project, load_project, save_project
from vitrine.core.layers.base import Layer
from vitrine.core.layers.dense import Dense
from vitrine.core.layers.reshape import Reshape
from vitrine.core.network.analysis import analyze
from vitrine.core.network.graph import GraphSpec
from vitrine.core.training.events import Failed
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.datasets.food_truck import FoodTruck
from vitrine.datasets.mnist import MNIST
from vitrine.datasets.xor import Xor

GOOD = json.loads((Path(__file__).parents[3] / "examples" / "xor.json").read_text(encoding="utf-8"))
HUGE = 10**400


def changed(*path: Any, value: Any) -> dict[str, Any]:
    data = copy.deepcopy(GOOD)
    at: Any = data
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return data


LAYER = ("graph", "nodes", 1, "layer")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (changed(*LAYER, value={"type": "Dense", "units": [4]}), "layer dense_1: Dense: Units must be a number, not \\[4\\]"),
        (changed(*LAYER, value={"type": "Dense", "units": {"a": 1}}), "Units must be a number, not an object"),
        (changed(*LAYER, value={"type": "Dense", "units": math.nan}), "Units must be a number, not nan"),
        (changed(*LAYER, value={"type": "Dense", "regularizer": 3}), "Regularizer must be a regularizer, not 3"),
        (changed(*LAYER, value={"type": "Dense", "activation": ["ReLU"]}), "Activation must be an activation, not \\['ReLU'\\]"),
        (changed(*LAYER, value={"type": "Reshape", "target_shape": [[2], [1]]}), "Target shape must be a list of numbers"),
        (changed(*LAYER, value={"type": ["Dense"]}), "there is no layer named \\['Dense'\\]"),
        (changed(*LAYER, value={"type": "Dense", "version": 0}), "0 is no version"),
        (changed(*LAYER, value={"type": "Dense", "version": True}), "True is no version"),
        (changed(*LAYER, value=None), "expected the description of a layer, got None"),
        (changed("graph", "nodes", 1, "id", value="a/b"), "'a/b' can't be a layer's name"),
        (changed("graph", "nodes", 1, "id", value="x" * 10_000), "10,000 letters, at most 200"),
        (changed("graph", "nodes", 1, "position", value=[HUGE, 0]), "layer dense_1: its position on the canvas must be two numbers"),
        (changed("graph", "nodes", 1, "position", value=[math.nan, 0]), "its position"),
        (changed("graph", "nodes", 1, "position", value=[1e300, 0]), "its position"),
        (changed("graph", "nodes", 1, "position", value="ab"), "its position"),
        (changed("graph", "nodes", 1, value="ab"), "layer 2 of the network has no name"),
        (changed("graph", "edges", 0, value="ab"), "a connection is two names of layers, not 'ab'"),
        (changed("graph", "edges", value=[["input_1", "dense_1"]] * 2), "'input_1' feeds 'dense_1' twice"),
        (changed("graph", "nodes", value=GOOD["graph"]["nodes"] * 5000), "has [0-9]+,000 layers: at most 10,000"),
        (changed("split", value={"train": math.nan}), "split: Split: Train must be a number, not nan"),
        (changed("split", value=[0.7]), "split: expected the description of a Split"),
        (changed("loss", value=7), "loss: expected the description of a loss, got 7"),
        (changed("stop_rule", value={"type": "FirstOf", "first": 5}), "stop_rule: first of two: First must be a stop rule, not 5"),
        (changed("name", value=["x"]), "name: must be text"),
        (changed("name", value="\ud800"), "name: must be text"),
        (changed("description", value="x" * 20_000), "description: must be text of at most 10,000 letters"),
        (changed("format", value=True), "no format number"),
    ],
)
def test_what_no_form_could_hold_is_refused_by_name(data: Any, words: str) -> None:
    with pytest.raises((SpecError, GraphError), match=words) as caught:
        Experiment.from_json(json.loads(json.dumps(data)))
    assert len(str(caught.value)) < 600


def nested(depth: int) -> Any:
    rule: Any = "Patience"
    for _ in range(depth):
        rule = {"type": "FirstOf", "first": rule}
    return rule


def test_deep_nesting_is_refused_before_it_runs_out_of_stack(tmp_path: Path) -> None:
    for depth in (60, 150, 300):
        with pytest.raises(SpecError, match="nested more than 50 levels"):
            Experiment.from_json(changed("stop_rule", value=nested(depth)))
    Experiment.from_json(changed("stop_rule", value=nested(20))).analyze(Xor().describe())
    (tmp_path / "deep.json").write_text(json.dumps(changed("stop_rule", value=None)).replace("null", '{"first":' * 3000 + "1" + "}" * 3000))
    with pytest.raises(FileError, match="nested"):
        load_project(tmp_path / "deep.json")


def test_whole_numbers_of_thousands_of_digits(tmp_path: Path) -> None:
    text = json.dumps(changed("training", "epochs", value=123456789)).replace("123456789", "1" * 5000)
    (tmp_path / "long.json").write_text(text)
    with pytest.raises(FileError, match="more digits than any setting takes"):
        load_project(tmp_path / "long.json")


@pytest.mark.parametrize("value", [HUGE, -HUGE, math.inf, 1e308, -5, "many", None, True, 1.5])
@pytest.mark.parametrize(
    ("part", "field"),
    [("training", "batch_size"), ("training", "epochs"), ("split", "train"), ("split", "validation"), ("optimizer", "learning_rate")],
)
def test_values_out_of_range_are_problems_at_their_field(part: str, field: str, value: Any, tmp_path: Path) -> None:
    """Rules that compare with other settings (schedules, stop rules) are not asked before those can stand."""
    data = changed(part, value={**(GOOD[part] if isinstance(GOOD.get(part), dict) else {}), field: value})
    data |= {"schedule": "StepDecay", "stop_rule": {"type": "FirstOf", "first": "Patience", "second": "MetricReached"}}
    experiment = Experiment.from_json(json.loads(json.dumps(data)))
    problems = [p for p in experiment.analyze(Xor().describe()).problems if p.field == f"{part}.{field}"]
    allowed = part == "optimizer" and value in (1.5, 1e308) and not isinstance(value, bool)
    assert bool(problems) != allowed and all(len(p.message) < 200 for p in problems)
    save_project(tmp_path / "kept.vitrine", Project(experiment))
    assert load_project(tmp_path / "kept.vitrine").experiment == experiment


@pytest.mark.parametrize("value", [HUGE, -HUGE, math.inf, -1, 0, "many", None, True, 2.5])
def test_a_layers_values_out_of_range(value: Any) -> None:
    experiment = Experiment.from_json(changed(*LAYER, value={"type": "Dense", "units": value}))
    found = experiment.analyze(Xor().describe()).problems_of("dense_1")
    assert [p.field for p in found] == ["units"] and len(found[0].message) < 200


def test_whole_numbers_written_with_a_point_are_whole() -> None:
    layer = Layer.from_json({"type": "Reshape", "target_shape": [2.0, -1]})
    assert layer.target_shape == (2, -1) and all(type(v) is int for v in layer.target_shape)  # type: ignore[attr-defined]


@pytest.mark.parametrize("shape", [(10**9, 10**9), (1,) * 70, (HUGE,)])
def test_shapes_that_no_array_has(shape: tuple[int, ...]) -> None:
    graph = GraphSpec.chain(Layer.registry.get("Input")(), Reshape(target_shape=shape), Dense())
    problems = [p for p in analyze(graph, (4,)).problems if p.node == "reshape_1"]
    assert problems and all(len(p.message) < 300 for p in problems)


def test_enormous_chains_end_in_a_problem_not_in_enormous_numbers() -> None:
    """100 times the height and width at each of 200 layers would be a number of 800 digits."""
    up = Layer.registry.get("UpSample2D")(size=100)
    graph = GraphSpec.chain(Layer.registry.get("Input")(), *[up] * 200)
    analysis = analyze(graph, (8, 8, 1))
    assert any("more than" in p.message for p in analysis.problems)
    assert analysis.total_multiply_adds < 10**30 and all(math.prod(s) < 10**15 for s in analysis.shapes.values())


def test_files_that_can_not_be_looked_for(tmp_path: Path) -> None:
    for dataset in (FoodTruck(file="x" * 5000), FoodTruck(file="a\0b"), MNIST(folder="y" * 5000), FoodTruck(file="~nobody_of_that_name/x")):
        with pytest.raises(DataError):
            dataset.describe()


def test_numbers_and_texts_are_quoted_shortly() -> None:
    assert shown(10**400) == "a number of about 401 digits" and shown(-(10**9999)).startswith("a number of about 10,000")
    assert shown(12) == "12" and shown("ab") == "'ab'" and shown(None) == "None"
    assert len(shown("x" * 10**6)) < 70 and len(shown([0] * 10**5)) < 70 and len(shown({str(i): i for i in range(9999)})) < 70


def test_huge_numbers_are_held_until_they_are_mended() -> None:
    assert Training(epochs=HUGE).problems()[0].field == "epochs" and Split(train=HUGE).train == HUGE
    assert "401 digits" in str(Training(epochs=HUGE).problems()[0])


@pytest.mark.parametrize(
    "edges", [[], [[f"d{2 * i}", f"d{2 * i + 1}"] for i in range(5000)], [[f"d{i}", f"d{i + 1}"] for i in range(9999)]]
)
def test_ten_thousand_layers_are_looked_at_in_seconds(edges: list[list[str]]) -> None:
    nodes = [{"id": f"d{i}", "layer": "Dense" if i else "Input"} for i in range(10_000)]
    started = time.perf_counter()
    analysis = analyze(GraphSpec.from_json({"nodes": nodes, "edges": edges}), (4,))
    assert len(analysis.order) == 10_000 and time.perf_counter() - started < 20


def test_what_the_house_itself_refuses_in_a_step_is_said_in_its_own_words() -> None:
    """An embedding behind another layer: what reaches it shows in the first step only. "DataError: " stood before the sentence."""
    trainer = make(layer("Dense", units=3), layer("Embedding", vocabulary=4), layer("Flatten"))
    failed = [event for event in trainer.run() if isinstance(event, Failed)]
    assert failed and failed[0].message.startswith("training broke at step 0: token ")
