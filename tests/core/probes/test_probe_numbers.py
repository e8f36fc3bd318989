"""Numbers of one step and the landscape of the loss: right, in both ways, and without a trace in the run."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from vitrine.core.files.examples import find
from vitrine.core.files.project import load_project
from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.pictures import contours
from vitrine.core.pictures.landscape import coarse_first, direction
from vitrine.core.probes.base import Probe
from vitrine.core.probes.cost_surface import CostMap, CostSurface
from vitrine.core.probes.step_numbers import MOST_WEIGHTS, TOP_VALUES, StepNumbers
from vitrine.core.regularizers.base import Regularizer
from vitrine.core.rng import generator
from vitrine.core.training.checkpoint import weights_sha256
from vitrine.core.training.parts.trail import MOST, Trail
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, Info
from vitrine.datasets.build import build

NOISY = (
    ("Flatten", {}), ("Dense", {"units": 12, "activation": "RReLU"}), ("BatchNorm", {}), ("Dropout", {"rate": 0.3}),
    ("Dense", {"units": 8, "activation": "Sigmoid"}), ("SparseActivity", {}), ("Dense", {"units": 10, "activation": "Softmax"}),
)  # fmt: skip


def example(name: str, steps: int = 0, **changes: Any) -> Trainer:
    experiment = load_project(find(name)).experiment.replace(**changes)
    return forward(Trainer(experiment, build(experiment.dataset, experiment.preprocessing, experiment.split)), steps)  # type: ignore[arg-type]


def forward(trainer: Trainer, steps: int) -> Trainer:
    events, until = trainer.run(), trainer.step + steps
    while trainer.step < until:
        next(events)
    return trainer


def noisy(**changes: Any) -> Trainer:
    get = Layer.registry.get
    graph = GraphSpec.chain(get("Input")(), *(get(name)(**settings) for name, settings in NOISY))
    return example("digits_mlp", graph=graph, optimizer=Optimizer.registry.get("Adam")(learning_rate=0.01), **changes)


def line(steps: int = 0, rate: float = 0.01) -> Trainer:
    """y = 1.2 x - 4 and a wave, learnt by one linear unit from zeros on all 60 examples: two parameters."""
    experiment = load_project(find("food_truck")).experiment
    x = np.linspace(5, 20, 60, dtype=np.float32)[:, None]
    y = (1.2 * x - 4 + np.sin(3 * x)).astype(np.float32)
    info = Info(name="line", element="table", input_shape=(1,), task="regression", target_shape=(1,), feature_names=("x",))
    empty = (x[:0], y[:0])
    data = Dataset(info, {"train": (x, y), "validation": empty, "test": empty}, {})
    optimizer = Optimizer.registry.get("SGD")(learning_rate=rate)
    return forward(Trainer(experiment.replace(optimizer=optimizer, training=Training(batch_size="full", epochs=5000)), data), steps)


def surveyed(trainer: Trainer, **settings: Any) -> CostMap:
    """The whole map, asked for until nothing is missing."""
    found = CostSurface(**settings)(trainer.view)
    while found.done < found.total:
        before = found.done
        found = CostSurface(known=before, **settings)(trainer.view)
        assert found.done > before
    return found


# -- numbers ------------------------------------------------------------------------------------------------------------------------


def test_the_lecture_neuron_both_ways() -> None:
    """L9: E = (w * 1 - 1)^2, dE/dw = 2 (w - 1), at every step of a run."""
    trainer = example("one_neuron")
    for _ in range(4):
        w = float(trainer.network.views["dense_1/W"][0, 0])
        found = StepNumbers(node="dense_1")(trainer.view)
        table = found.weights
        assert table.names == ("W",) and found.error.loss == pytest.approx((w - 1) ** 2)
        assert table.backprop[0] == pytest.approx(2 * (w - 1), rel=1e-12)
        assert table.numeric[0] == pytest.approx(2 * (w - 1), rel=1e-7)
        assert table.factors[0] == pytest.approx((1.0, 2 * (w - 1)))
        forward(trainer, 1)
        assert trainer.network.views["dense_1/W"][0, 0] == np.float32(table.new[0]), "the run's own next weight"


@pytest.mark.parametrize("node", ["dense_1", "dense_2"])
@pytest.mark.parametrize("sample", range(4))
def test_xor_by_example(node: str, sample: int) -> None:
    """L10: activations of each node, target, error and each gradient, of each row."""
    trainer = example("xor_by_example", 9)
    found = StepNumbers(node=node, sample=sample)(trainer.view)
    x, y = trainer.data.split("train")
    hidden = np.tanh(x[sample] @ trainer.network.views["dense_1/W"] + trainer.network.views["dense_1/b"])
    np.testing.assert_allclose(found.layers[0].values, x[sample])
    np.testing.assert_allclose(found.layers[1].values, hidden, atol=1e-6)
    output = float(trainer.network.predict(x[sample : sample + 1])[0, 0])
    assert found.layers[2].values[0] == pytest.approx(output, abs=1e-6) and found.error.target[0] == y[sample]
    assert found.error.output_slope[0] == pytest.approx(output - y[sample], abs=1e-6)
    table = found.weights
    assert len(table.names) == table.total == (12 if node == "dense_1" else 5)
    np.testing.assert_allclose(table.backprop, table.numeric, atol=1e-8)
    for (x_i, delta), slope in zip(table.factors, table.backprop):
        assert x_i * delta == pytest.approx(slope, abs=1e-12)


def test_a_large_amount_misses_a_curved_loss() -> None:
    trainer = example("xor_by_example", 9)
    exact, rough = (StepNumbers(node="dense_1", sample=1, amount=h)(trainer.view).weights for h in (1e-6, 0.5))
    assert np.abs(rough.numeric - rough.backprop).max() > 1000 * np.abs(exact.numeric - exact.backprop).max()


@pytest.mark.parametrize("kind", [k for k in Optimizer.registry if not k.full_batch], ids=lambda k: k.__name__)
def test_the_weight_after_a_step_is_the_optimizers_own(kind: type[Optimizer]) -> None:
    trainer = example("one_neuron", 3, optimizer=kind(learning_rate=0.05), regularizer=Regularizer.registry.get("L2")())
    expected = StepNumbers(node="dense_1")(trainer.view).weights.new[0]
    forward(trainer, 1)
    assert trainer.network.views["dense_1/W"][0, 0] == pytest.approx(expected, rel=1e-6)


def test_large_layers_give_their_largest() -> None:
    trainer = example("digits_cnn", 3)
    found = StepNumbers(node="conv2d_1", split="validation", sample=7)(trainer.view)
    conv = found.layers[1]
    assert conv.size == 1024 and len(conv.values) == len(conv.places) == TOP_VALUES
    whole = trainer.network.activations(trainer.data.split("validation")[0][7:8], [conv.node])[conv.node][0]
    np.testing.assert_allclose(conv.values, [whole[tuple(place)] for place in conv.places], rtol=1e-4)
    assert conv.values.min() >= np.sort(np.abs(whole).ravel())[-TOP_VALUES] - 1e-5
    table = found.weights
    assert len(table.names) <= MOST_WEIGHTS < table.total
    assert np.all(np.diff(np.abs(table.backprop)) <= 0), "the largest first"
    np.testing.assert_allclose(table.backprop, table.numeric, atol=1e-6)


def test_gradients_through_noise_are_those_of_prediction() -> None:
    """Dropout, random slopes, batch statistics and a penalty in the layers: both ways agree still."""
    trainer = forward(noisy(), 5)
    for node in ("dense_1", "batchnorm_1", "dense_2"):
        table = StepNumbers(node=node, sample=3)(trainer.view).weights
        np.testing.assert_allclose(table.backprop, table.numeric, atol=2e-7)


def test_layers_and_parts_that_are_not_there() -> None:
    trainer = example("xor_by_example")
    assert StepNumbers(node="gone")(trainer.view).weights is None
    assert StepNumbers(node="dense_1", split="validation")(line().view) is None
    assert StepNumbers(node="dense_1", sample=99)(trainer.view).sample == 3


# -- the map of the loss ------------------------------------------------------------------------------------------------------------


def test_two_parameters_have_the_whole_loss_and_the_whole_way() -> None:
    trainer = line(300)
    found = surveyed(trainer)
    assert found.kind == "plane" and found.names == ("dense_1/W", "dense_1/b") and found.examples == 60
    x, y = trainer.data.split("train")
    rows, columns = found.values.shape
    for i, j in ((0, 0), (rows - 1, 3), (17, columns - 1)):
        w = found.low + np.array([j / (columns - 1), i / (rows - 1)]) * (found.high - found.low)
        assert found.values[i, j] == pytest.approx(float(((x * w[0] + w[1] - y) ** 2).mean() / 2), rel=1e-6)
    assert len(found.path) == 301, "every step, though none was looked at"
    np.testing.assert_allclose(found.path[0], 0)
    np.testing.assert_allclose(found.point, [trainer.network.views["dense_1/W"][0, 0], trainer.network.views["dense_1/b"][0]])
    solution = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]).astype(float), y[:, 0].astype(float), rcond=None)[0]
    np.testing.assert_allclose(found.lowest, solution, rtol=1e-4)
    for place in (found.path.min(axis=0), found.path.max(axis=0), found.lowest):
        assert np.all((place > found.low) & (place < found.high))


def test_the_food_truck_of_the_lecture(lecture_dir: Any) -> None:
    """L2: from zeros (32.07) to b = -3.6303, w = 1.1664; the lowest point is the least squares solution."""
    found = surveyed(example("food_truck", 1500))
    np.testing.assert_allclose(found.point, [1.1664, -3.6303], atol=5e-5)
    np.testing.assert_allclose(found.lowest, [1.19303, -3.89578], atol=1e-4)
    assert found.loss == pytest.approx(4.4834, abs=1e-3) and len(found.path) == 1501


def test_a_run_that_flies_away_leaves_the_map_readable() -> None:
    found = surveyed(line(12, rate=0.1))
    assert np.abs(found.path).max() > 1e6
    assert np.all(found.high - found.low < 1000) and np.isfinite(found.values).all()


def test_a_slice_has_the_present_weights_in_its_middle() -> None:
    trainer = example("xor_by_example", 20)
    found = surveyed(trainer)
    rows, columns = found.values.shape
    assert found.kind == "slice" and found.values[rows // 2, columns // 2] == pytest.approx(found.loss, rel=1e-9)
    np.testing.assert_allclose(found.point, 0, atol=1e-12)
    forward(trainer, 1)
    after = CostSurface(known=found.done)(trainer.view)
    assert after.done == after.total and len(after.path) == 2 and np.abs(after.point).max() > 0
    np.testing.assert_array_equal(after.values, found.values)
    again = surveyed(trainer, number=1)
    assert again.survey_step == trainer.step and again.values[rows // 2, columns // 2] == pytest.approx(again.loss, rel=1e-9)
    other = surveyed(trainer, number=1, seed=1)
    assert not np.array_equal(other.values, again.values)


def test_directions_are_filter_normalized() -> None:
    trainer = example("digits_cnn")
    flat = direction(trainer.network, generator(0, "test"))
    for key, cut in trainer.network.slices.items():
        weights, part = trainer.network.views[key], flat[cut].reshape(trainer.network.specs[key].shape)
        if weights.ndim > 1:
            axes = tuple(range(weights.ndim - 1))
            np.testing.assert_allclose(np.sqrt((part**2).sum(axis=axes)), np.sqrt((weights**2).sum(axis=axes)), rtol=1e-4)
        else:
            assert not part.any()


def test_the_interval_holds_for_each_asker(monkeypatch: pytest.MonkeyPatch) -> None:
    """A survey that goes on is the same question, whatever its asker knows of it by now; another one is answered at once."""
    now = [100.0]
    monkeypatch.setattr("vitrine.core.training.view.time", SimpleNamespace(perf_counter=lambda: now[0]))
    run = line(3)
    run.control.run()

    def answered(key: str, **settings: int) -> bool:
        return key in run.frame(0, {key: CostSurface(**settings)}).answers

    assert answered("one") and answered("two")
    for known in (5, 9, 20):
        now[0] += 0.05
        assert not answered("one", known=known), "the interval is 0.2 s"
    assert answered("one", known=20, number=1), "another survey was asked for"
    now[0] += 0.2
    assert answered("one", known=30, number=1)
    assert set(run.looking.answered) == {"one", "two"}, "what is kept of the askers does not grow"


def test_coarse_points_come_first_and_none_twice() -> None:
    order = coarse_first(25, 25)
    assert len(set(order)) == len(order) == 625 and all(i % 8 == j % 8 == 0 for i, j in order[:16])


def test_a_long_trail_keeps_its_start_and_even_gaps() -> None:
    trainer = line()
    trail = Trail(trainer.network)
    for step in range(3 * MOST):
        trail.add(step)
    steps, points = trail.path()
    assert steps[0] == 0 and len(set(np.diff(steps).tolist())) == 1 and MOST / 2 <= len(steps) == len(points) <= MOST
    assert example("xor_by_example").trail is None


def test_bands_are_drawn_upright_with_lines_between() -> None:
    values = np.add.outer(np.arange(5.0), np.zeros(5))
    levels = contours.edges(values)
    picture = contours.picture(values, levels, 40, 60)
    assert picture.shape == (60, 40) and picture[0, 0] > picture[-1, 0], "rows go upward"
    assert len(np.unique(picture)) > len(levels) - 1, "bands and the lines between them"
    flat = contours.picture(np.full((3, 3), np.nan), contours.edges(np.full((3, 3), np.nan)), 8, 8)
    assert flat.shape == (8, 8)


# -- without a trace ----------------------------------------------------------------------------------------------------------------

PROBES: tuple[Probe, ...] = (
    StepNumbers(node="dense_1"), StepNumbers(node="batchnorm_1", sample=2, amount=0.1), CostSurface(), CostSurface(number=1, seed=1),
)  # fmt: skip


@pytest.mark.parametrize("make", [noisy, line, lambda: example("xor_by_example"), lambda: noisy(split=Split(train=0.5))])
def test_the_run_has_the_same_bits(make: Any) -> None:
    plain, watched = make(), make()
    forward(plain, 12)
    events = watched.run()
    for _ in range(40):
        for probe in PROBES:
            probe(watched.view)
        if watched.step >= 12:
            break
        next(events)
    assert weights_sha256(watched.network.arrays()) == weights_sha256(plain.network.arrays())
    assert watched.subject.generators.state() == plain.subject.generators.state()
    for name, slot in plain.optimizer.slots.items():
        np.testing.assert_array_equal(slot, watched.optimizer.slots[name])


def test_probing_draws_nothing_global() -> None:
    trainer = noisy()
    before = np.random.get_state()[1].copy()  # type: ignore[index, union-attr]
    for probe in PROBES:
        probe(trainer.view)
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # type: ignore[index, arg-type]


def test_losses_are_known_by_their_names() -> None:
    trainer = example("one_neuron", loss=Loss.registry.get("HalvedMeanSquaredError")())
    assert StepNumbers()(trainer.view).loss_name == trainer.experiment.loss.title


@pytest.mark.parametrize(
    ("name", "loss", "activation", "said"),
    [
        ("digits_mlp", "CategoricalCrossEntropy", "Linear", "Linear, softmax in the loss"),
        ("digits_mlp", "CategoricalCrossEntropy", "Softmax", "softmax"),
        ("digits_mlp", "MeanSquaredError", "Linear", "Linear"),
        ("xor_by_example", "BinaryCrossEntropy", "Linear", "Linear, sigmoid in the loss"),
    ],
)
def test_the_outputs_name_is_what_its_numbers_are(name: str, loss: str, activation: str, said: str) -> None:
    """The output was called Linear beside values that went through the loss's softmax."""
    experiment = load_project(find(name)).experiment
    output = experiment.graph.outputs()[0]
    layer = experiment.graph[output].layer.replace(activation=activation)
    trainer = example(name, graph=experiment.graph.set_layer(output, layer), loss=Loss.registry.get(loss)())
    found = StepNumbers(node="dense_1", split="train")(trainer.view)
    assert found.layers[-1].activation == said and found.layers[-2].activation in ("ReLU", "tanh")
    shown = trainer.network.predict(trainer.data.split("train")[0][:1])[0]
    np.testing.assert_allclose(found.layers[-1].values, shown, atol=1e-6)
