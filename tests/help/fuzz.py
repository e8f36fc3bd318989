"""Seeded damage: experiments that are almost right, and what must hold of whatever is made of them. Project files: `fuzz_projects`.

`damaged(data, rng)` changes a JSON value in one to four places. `examine_experiment` then does with it all that the app would do;
any exception but the house's own is a failure, and so is a wait or a heap of memory.
"""

from __future__ import annotations

import copy
import functools
import itertools
import json
import math
import random
from pathlib import Path
from typing import Any

from vitrine.core.errors import DataError, FileError, GraphError, SpecError, VitrineError, shown
from vitrine.core.fields import Field
from vitrine.core.files.project import load_project
from vitrine.core.network.changes import renamed
from vitrine.core.spec import Registry, Spec
from vitrine.core.training.continuing import change_between
from vitrine.core.training.events import Failed, StepDone
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Clipping, Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.build import build

ROOT = Path(__file__).parents[2]
LONG = "very_long_name_" * 4000

ODD: list[Any] = [
    0, 1, 2, 3, -1, -2, 7, 100, 1000, 10**5, 10**6, 10**9, 2**31 - 1, 2**31, 2**63, 2**64, 10**19, 10**400, -(10**400), 10**4000,
    0.0, -0.0, 0.5, 1.0, 1.5, -0.5, 1e-9, 1e9, 1e300, 1e308, -1e308, 5e-324, math.nan, math.inf, -math.inf,
    True, False, None, "", "0", "1", "full", "same", "valid", "NaN", "none", "ReLU", "Softmax", "Dense", "\x00", "\ud800", "층 하나", "a/b", "../x", "💡", LONG,
    [], {}, [1], [[]], [0, 0], [-1], [-1, -1], [2, -1], [1.0, 2.5], [10**9, 10**9, 10**9], [1] * 70, ["a"], [None], [math.nan], {"type": None}, {"type": []},
    {"type": "Dense"}, {"type": "Dense", "units": 10**9}, {"type": "Dense", "units": "many"}, {"type": "Dense", "units": 100_000}, {"type": "LSTM", "units": 100_000},
    {"type": "GRU", "units": 50_000, "return_sequences": True}, {"type": "UpSample2D", "size": 100}, {"type": "Embedding", "vocabulary": 10**6, "dimensions": 10**4},
    {"type": "Conv2D", "filters": 10_000, "kernel_size": 1000, "padding": "same"}, {"type": "Conv2D", "kernel_size": 0}, {"type": "Conv2D", "stride": -3},
    {"type": "Conv2D", "padding": 1000}, {"type": "Conv1D", "padding": 100_000, "kernel_size": 100_000}, {"type": "Conv2DTranspose", "stride": 1000, "kernel_size": 1000},
    {"type": "MaxPool2D", "pool_size": 1000, "padding": "same"}, {"type": "MaxPool2D", "stride": 0}, {"type": "AveragePool2D", "pool_size": 3, "padding": 2},
    {"type": "Reshape", "target_shape": [0]}, {"type": "Reshape", "target_shape": [2.0, -1]}, {"type": "Reshape", "target_shape": [1] * 70},
    {"type": "Reshape", "target_shape": 5}, {"type": "Reshape", "target_shape": [-1, 1, 1]}, {"type": "Flatten"}, {"type": "Add"}, {"type": "Concatenate"}, {"type": "Multiply"},
    {"type": "Activation", "activation": "PReLU"}, {"type": "BatchNorm"}, {"type": "LayerNorm"}, {"type": "Dropout", "rate": 1.0}, {"type": "Dropout", "rate": math.nan},
    {"type": "GaussianNoise", "deviation": 1e308}, {"type": "SparseActivity"}, {"type": "GlobalAveragePool"}, {"type": "PlaygroundFeatures", "x1": 0},
    {"type": "Input"}, {"type": "SimpleRNN", "units": 3, "return_sequences": True}, {"type": "SpatialDropout"},
    {"type": "FirstOf"}, {"type": "FirstOf", "first": 5}, {"type": "FirstOf", "first": {"type": "FirstOf", "first": {"type": "FirstOf"}}}, {"type": "Patience"},
    {"type": "MetricReached", "metric": 3}, {"type": "MetricReached", "metric": "R2"}, {"type": "MaxSteps", "steps": 10**400}, {"type": "LossBelow", "part": "validation"},
    {"type": "WarmUp", "then": "WarmUp"}, {"type": "WarmUp", "epochs": 1e-300}, {"type": "StepDecay", "every": "x"}, {"type": "Plateau"}, {"type": "OneCycle", "rise": 0.0},
    {"type": "Cosine"}, {"type": "InverseTime", "decay": 1e300}, {"type": "Exponential", "factor": 5e-324}, {"type": "LBFGS"}, {"type": "AdaMax"}, {"type": "Adam", "beta1": 1.0},
    {"type": "Adam", "learning_rate": 1e308}, {"type": "SGD", "learning_rate": 5e-324}, {"type": "Nadam", "epsilon": 5e-324}, {"type": "RMSProp"}, {"type": "L1L2", "l1": 1e308},
    {"type": "L2", "strength": -1}, {"type": "Constant"}, {"type": "Normal", "deviation": -1}, {"type": "Orthogonal"}, {"type": "Uniform", "limit": math.nan},
    {"type": "Huber"}, {"type": "Hinge"}, {"type": "MeanSquaredError"}, {"type": "BinaryCrossEntropy"}, {"type": "CategoricalCrossEntropy"}, {"type": "PerceptronCriterion"},
    {"type": "Xor"}, {"type": "Xor", "repeat": 10**5}, {"type": "Spiral", "samples": 10**6}, {"type": "Curve", "samples": 10, "noise": 1e300}, {"type": "Digits", "target": "image"},
    {"type": "MNIST"}, {"type": "MNIST", "folder": "\x00"}, {"type": "MNIST", "folder": "/"}, {"type": "FoodTruck", "file": "x\x00y"}, {"type": "StockDaily", "days": 1000},
    {"type": "OneExample", "x": 1e300}, {"type": "NoSuchThing"}, {"version": 0}, {"type": "Digits", "version": -1}, {"type": "Digits", "version": "1"},
]  # fmt: skip


def shipped() -> list[dict[str, Any]]:
    """The examples as the experiments that the app would write of them, and as they stand in their files."""
    found = []
    for path in sorted((ROOT / "examples").glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        found += [data, Experiment.from_json(data).to_json()]
    return found


def places(data: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) below `data`."""
    found: list[tuple[Any, Any]] = []
    stack = [data]
    while stack:
        at = stack.pop()
        keys: Any = at.keys() if isinstance(at, dict) else range(len(at)) if isinstance(at, list) else ()
        for key in keys:
            found.append((at, key))
            stack.append(at[key])
    return found


def damaged(data: Any, rng: random.Random, most: int = 4) -> Any:
    """A copy changed in one to `most` places: values, types, keys, order, depth."""
    data = copy.deepcopy(data)
    for _ in range(rng.randint(1, most)):
        spots = places(data)
        if not spots:
            return rng.choice(ODD)
        at, key = rng.choice(spots)
        _damage(at, key, spots, rng)
    return data


def _damage(at: Any, key: Any, spots: list[tuple[Any, Any]], rng: random.Random) -> None:
    kind = rng.randrange(20)
    value = at[key]
    if kind < 9:
        at[key] = copy.deepcopy(rng.choice(ODD))
    elif kind < 11 and isinstance(value, (int, float)) and not isinstance(value, bool):
        large = isinstance(value, int) and abs(value) > 1e300  # too large for a float
        as_float = 1e308 if large else float(value)
        at[key] = rng.choice(
            [value + 1, value - 1, -value, value * 1000, as_float, shown(value), [value], as_float * 1e300 if value else 1e300]
        )
    elif kind == 11:
        del at[key]
    elif kind == 12 and isinstance(at, dict):
        at[rng.choice(["units", "x", "type", "version", "", LONG, "id", "seed"])] = copy.deepcopy(rng.choice(ODD))
    elif kind == 13 and isinstance(at, list):
        at.insert(rng.randrange(len(at) + 1), copy.deepcopy(rng.choice([value, rng.choice(ODD)])))
    elif kind == 14:
        other, place = rng.choice(spots)
        at[key] = copy.deepcopy(other[place]) if place in _keys(other) else None
    elif kind == 15 and isinstance(at, list):
        rng.shuffle(at)
    elif kind == 16:
        for _ in range(rng.choice([1, 3, 60, 300])):
            value = rng.choice([[value], {"type": value}, {"type": "FirstOf", "first": value}, {"type": "WarmUp", "then": value}])
        at[key] = value
    elif kind == 17 and isinstance(value, list) and value:
        at[key] = list(itertools.islice(itertools.cycle(value), rng.choice([2 * len(value), 300])))
    elif kind == 18 and isinstance(value, str):
        at[key] = rng.choice([value * 2, value + " ", value.upper(), value[:-1], value + "\n", value + "/" + value, LONG])
    else:
        at[key] = copy.deepcopy(rng.choice(ODD))


def _keys(at: Any) -> Any:
    return at if isinstance(at, dict) else range(len(at))


def strange(data: dict[str, Any], rng: random.Random, parts: bool = True) -> dict[str, Any]:
    """A copy of an experiment whose form is right and whose settings and connections are odd: most of these load."""
    data = copy.deepcopy(data)
    nodes, edges = data["graph"]["nodes"], data["graph"]["edges"]
    for _ in range(rng.randint(1, 4)):
        kind = rng.randrange(0 if parts else 4, 10)
        if kind < 4:
            part, registry = rng.choice(list(Experiment.PARTS.items())[0 if rng.random() < 0.1 else 1 :])  # other data fit few networks
            data[part] = some_spec(registry, rng) if registry else some_fields(_PLAIN[part], rng)
        elif kind < 8:
            rng.choice(nodes)["layer"] = some_spec("layer", rng)
        elif kind == 8:
            edges.append([rng.choice(nodes)["id"], rng.choice(nodes)["id"]])
        else:
            at = rng.choice(edges)
            nodes.append({"id": f"more_{len(nodes)}", "position": [0, 0], "layer": some_spec("layer", rng)})
            edges[edges.index(at)] = [at[0], nodes[-1]["id"]]
            edges.append([nodes[-1]["id"], at[1]])
    return data


_PLAIN: dict[str, type[Spec]] = {"split": Split, "training": Training, "clipping": Clipping}


def some_spec(registry: str, rng: random.Random, depth: int = 0) -> dict[str, Any]:
    """Any type of the registry, a few of its fields at or beyond the ends of their ranges."""
    cls = rng.choice(list(Registry.of(registry)))
    return {"type": cls.__name__} | some_fields(cls, rng, depth)


def some_fields(cls: type[Spec], rng: random.Random, depth: int = 0) -> dict[str, Any]:
    fields = [f for f in cls.fields() if rng.random() < 0.4]
    return {f.name: some_value(f, rng, depth) for f in fields}


def some_value(field: Field, rng: random.Random, depth: int) -> Any:
    if rng.random() < 0.03:
        return copy.deepcopy(rng.choice(ODD))
    if field.optional and rng.random() < 0.2:
        return None
    if field.kind == "spec":
        return some_spec(field.registry, rng, depth + 1) if depth < 3 else next(iter(Registry.of(field.registry))).__name__
    if field.kind == "bool":
        return rng.random() < 0.5
    if field.kind == "choice" or field.choices and rng.random() < 0.5:
        return rng.choice(field.choices)
    if field.kind in ("int", "float", "int_or_choice"):
        low = 0 if field.minimum is None else field.minimum
        ends: list[Any] = [low, low + 1, low + 2, 3, 5, 0.5, 1e-6, 100]
        ends += [] if field.maximum is None else [field.maximum, field.maximum]
        value = rng.choice(ends)
        value = rng.choice([value, value, value, value + 1, value - 1, rng.choice([1e9, -1, 1e300, 10**400, math.nan, True])])
        return int(value) if field.kind != "float" and isinstance(value, float) and math.isfinite(value) else value
    if field.kind == "ints":
        return [rng.choice([-1, 1, 2, 4, 8, 64, 10**6]) for _ in range(rng.randrange(4))]
    return copy.deepcopy(rng.choice(ODD))


def experiment_case(seed: int, bases: list[dict[str, Any]]) -> Any:
    rng = random.Random(seed)
    base = rng.choice(bases)
    return damaged(base, rng) if rng.random() < 0.4 else strange(base, rng)


# -- what must hold ---------------------------------------------------------------------------------------------------------------


def examine_experiment(data: Any, folder: Path, through_file: bool = True, steps: int = 2) -> str:
    """All that opening, looking at and training such an experiment does; how far it came."""
    path = folder / "case.json"
    try:
        if through_file:
            path.write_text(json.dumps(data), encoding="ascii")
            experiment = load_project(path).experiment
        else:
            experiment = Experiment.from_json(json.loads(json.dumps(data)))
    except (FileError, SpecError, GraphError) as error:
        assert through_file == isinstance(error, FileError)
        assert len(str(error)) < 2000, f"a message of {len(str(error)):,} characters"
        return "refused"
    return examine_loaded(experiment, steps)


def examine_loaded(experiment: Experiment, steps: int = 2) -> str:
    again = Experiment.from_json(json.loads(json.dumps(experiment.to_json())))
    assert again == experiment and repr(again) == repr(experiment)
    assert change_between(experiment, experiment) == "none"
    renamed(experiment.graph, experiment.graph)
    hash(experiment)
    info = described(experiment)
    look(experiment, None)
    analysis = look(experiment, info)
    if info is None or not analysis.ok:
        assert analysis.problems or info is None
        return "blocked" if info is not None else "no data"
    assert analysis.cost is not None and analysis.cost.memory > 0 and 0 < analysis.cost.seconds < 1e12 and str(analysis.cost)
    if info.count > 5_000 or analysis.total_params > 2_000_000:
        return "large"
    return train(experiment, analysis, steps)


def look(experiment: Experiment, info: Any) -> Any:
    """What the window shows of an experiment."""
    analysis = experiment.analyze(info)
    for problem in analysis.problems:
        assert isinstance(str(problem), str) and len(problem.message) < 2000
        assert "its own code breaks" not in problem.message, problem.message  # what is caught from guests is not for the house's own
        for fix in problem.fixes:
            fix.apply(experiment.graph)
    for node in experiment.graph.nodes:
        node.layer.summary_text()
        analysis.param_count(node.id)
    for part in experiment.PARTS:
        getattr(experiment, part).summary_text()
    _ = experiment.penalties, experiment.loss_text, f"{analysis.total_params:,} {analysis.total_multiply_adds:,}", analysis.output_shape
    if not (experiment.schedule.problems() or experiment.optimizer.problems() or experiment.training.problems()):
        experiment.schedule.preview(experiment.optimizer.learning_rate, experiment.training.epochs, 10)
    return analysis


def train(experiment: Experiment, analysis: Any, steps: int) -> str:
    try:
        data = built(experiment)
        if analysis.total_multiply_adds * len(data.split("train")[0]) > 1e9:
            return "slow"
        trainer = Trainer(experiment, data)
    except VitrineError:
        return "not trained"
    for event in trainer.run():
        if isinstance(event, Failed) and "\nvitrine.core.errors.DataError: token" in event.detail:
            return "not trained"  # what reaches an embedding behind other layers shows in the first step
        if isinstance(event, Failed):
            raise AssertionError(event.detail)
        if trainer.step >= steps or not isinstance(event, StepDone) and trainer.control.running is False:
            break
    again = Trainer(experiment, data)
    again.restore(trainer.checkpoint())
    assert again.step == trainer.step
    return "trained"


def built(experiment: Experiment) -> Any:
    return _built(experiment.dataset, experiment.preprocessing, experiment.split)


@functools.lru_cache(maxsize=64)
def _built(dataset: Any, preprocessing: Any, split: Any) -> Any:
    return build(dataset, preprocessing, split)


def described(experiment: Experiment) -> Any:
    dataset: Any = experiment.dataset
    try:
        return None if dataset.problems() else dataset.describe()
    except DataError:
        return None
