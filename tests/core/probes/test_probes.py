"""What probes answer, on real runs: shapes, values against the network's own, copies, bounds, and nodes that are gone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from vitrine.core.layers.base import Layer
from vitrine.core.losses.base import Loss
from vitrine.core.network.graph import GraphSpec
from vitrine.core.optimizers.base import Optimizer
from vitrine.core.pictures import mosaic, tracing
from vitrine.core.probes import evaluated as evaluation
from vitrine.core.probes.base import Probe
from vitrine.core.probes.confusion import ConfusionMatrix, confusion_counts, precision_recall
from vitrine.core.probes.feature_maps import FeatureMaps
from vitrine.core.probes.predictions import Examples, Predictions
from vitrine.core.probes.thumbnails import Thumbnails
from vitrine.core.probes.unit_weights import UnitWeights
from vitrine.core.training.experiment import Experiment
from vitrine.core.training.settings import Split, Training
from vitrine.core.training.trainer import Trainer
from vitrine.datasets.base import Dataset, DatasetSpec, Info
from vitrine.datasets.build import build
from vitrine.datasets.preprocessing.base import Preprocessing

Layers = tuple[tuple[str, dict[str, Any]], ...]
CNN: Layers = (
    ("Conv2D", {"filters": 6, "activation": "ReLU"}), ("Conv2D", {"filters": 4, "activation": "Tanh"}), ("Flatten", {}),
    ("Dense", {"units": 12, "activation": "ReLU"}), ("Dense", {"units": 10, "activation": "Softmax"}),
)  # fmt: skip
MLP: Layers = (
    ("Flatten", {}),
    ("Dropout", {}),
    ("Dense", {"units": 30, "activation": "ReLU"}),
    ("Dense", {"units": 10, "activation": "Softmax"}),
)
PLANE: Layers = (("Dense", {"units": 8, "activation": "Tanh"}), ("Dense", {"units": 2, "activation": "Softmax"}))


def trained(layers: Layers, dataset: str = "Digits", steps: int = 30, split: Split | None = None) -> Trainer:
    get, source = Layer.registry.get, DatasetSpec.registry.get(dataset)()
    preprocessing = Preprocessing.registry.get("Scale01" if dataset == "Digits" else "NoPreprocessing")()
    experiment = Experiment(
        dataset=source, preprocessing=preprocessing, split=split or Split(), loss=Loss.registry.get("CategoricalCrossEntropy")(),
        graph=GraphSpec.chain(get("Input")(), *(get(name)(**settings) for name, settings in layers)),
        optimizer=Optimizer.registry.get("SGD")(learning_rate=0.1), training=Training(batch_size=32, epochs=500),
    )  # fmt: skip
    trainer = Trainer(experiment, build(source, preprocessing, experiment.split))
    events = trainer.run()
    while trainer.step < steps:
        next(events)
    trainer.control.pause()
    return trainer


@pytest.fixture(scope="module")
def cnn() -> Trainer:
    return trained(CNN)


@pytest.fixture(scope="module")
def mlp() -> Trainer:
    return trained(MLP)


@pytest.fixture(scope="module")
def plane() -> Trainer:
    return trained(PLANE, "Circles")


def ids(trainer: Trainer) -> tuple[str, ...]:
    return tuple(node.id for node in trainer.network.graph.nodes)


# -- thumbnails ---------------------------------------------------------------------------------------------------------------------


def test_thumbnails_of_a_cnn(cnn: Trainer) -> None:
    found = Thumbnails(nodes=ids(cnn), sample=3)(cnn.view)
    assert set(found.pictures) == set(ids(cnn))
    for picture, name in found.pictures.values():
        assert picture.ndim == 2 and picture.dtype == np.uint8 and name in ("gray", "magnitude", "diverging")
    image = cnn.data.split("validation")[0][3, :, :, 0]
    picture, name = found.pictures["input_1"]
    assert name == "gray"
    np.testing.assert_array_equal(picture, mosaic.gray(image, image.min(), image.max()))
    assert found.pictures["conv2d_1"][1] == "magnitude" and found.pictures["conv2d_2"][1] == "diverging"
    assert found.pictures["dense_2"][1] == "magnitude", "probabilities, not logits"


def test_thumbnail_of_a_first_dense_layer_is_its_weights(mlp: Trainer) -> None:
    picture, name = Thumbnails(nodes=("dense_1",))(mlp.view).pictures["dense_1"]
    assert name == "diverging"
    weights = mlp.network.views["dense_1/W"][:, :25].T.reshape(25, 8, 8)
    corner = mosaic.diverging(weights[0], mosaic.peak(weights))
    np.testing.assert_array_equal(picture[:16:2, :16:2], corner)


def test_thumbnails_in_the_plane_are_heat_maps(plane: Trainer) -> None:
    found = Thumbnails(nodes=ids(plane))(plane.view)
    assert found.pictures["dense_1"][0].shape == (65, 131), "eight tiles of 32 x 32, four a row"
    decision, name = found.pictures["dense_2"]
    assert decision.shape == (32, 32) and name == "diverging"
    # circles: the positive class lies inside, so the middle and the corners must come to differ
    long = trained(PLANE, "Circles", steps=1500)
    decision = Thumbnails(nodes=("dense_2",))(long.view).pictures["dense_2"][0].astype(int)
    assert abs(decision[16, 16] - decision[0, 0]) > 150
    points, _ = found.pictures["input_1"]
    assert {0, mosaic.ZERO, mosaic.TOP} == set(np.unique(points).tolist())


def test_thumbnails_without_validation_part_use_training() -> None:
    trainer = trained(MLP, steps=1, split=Split(train=1.0, validation=0.0))
    x = trainer.data.split("train")[0][0, :, :, 0]
    np.testing.assert_array_equal(Thumbnails(nodes=("input_1",))(trainer.view).pictures["input_1"][0], mosaic.gray(x, x.min(), x.max()))


@pytest.mark.parametrize(
    "probe", [Thumbnails(nodes=("gone",)), FeatureMaps(node="gone"), UnitWeights(node="gone"), UnitWeights(node="input_1")]
)
def test_nodes_that_are_gone_give_nothing(cnn: Trainer, probe: Probe) -> None:
    assert probe(cnn.view) is None


# -- feature maps -------------------------------------------------------------------------------------------------------------------


def test_feature_maps_are_the_layers_output(cnn: Trainer) -> None:
    found = FeatureMaps(node="conv2d_1", sample=5, split="train")(cnn.view)
    x = cnn.data.split("train")[0][5:6]
    expected = np.moveaxis(cnn.network.activations(x, ["conv2d_1"])["conv2d_1"][0], 2, 0)
    np.testing.assert_array_equal(found.values, expected)
    np.testing.assert_array_equal(found.input, x[0, :, :, 0])
    assert found.peak == pytest.approx(float(expected.max()))
    assert found.label == int(cnn.data.split("train")[1][5])
    np.testing.assert_array_equal(found.picture, mosaic.compose(mosaic.magnitude(expected, found.scale), found.layout))


def test_feature_maps_of_a_vector_are_cells(mlp: Trainer) -> None:
    found = FeatureMaps(node="dense_2", columns=5)(mlp.view)
    assert found.values.shape == (10, 1, 1)
    assert found.values.sum() == pytest.approx(1.0, abs=1e-5), "the output's softmax is applied"
    assert found.layout.columns == 5


def test_feature_maps_take_the_last_example_for_one_beyond(cnn: Trainer) -> None:
    last = len(cnn.data.split("test")[0]) - 1
    beyond, exact = (
        FeatureMaps(node="conv2d_1", sample=10**6, split="test")(cnn.view),
        FeatureMaps(node="conv2d_1", sample=last, split="test")(cnn.view),
    )
    np.testing.assert_array_equal(beyond.values, exact.values)


def test_feature_maps_in_the_plane_show_units_over_it(plane: Trainer) -> None:
    found = FeatureMaps(node="dense_1")(plane.view)
    assert found.plane and found.values.shape == (8, 32, 32)
    assert np.abs(found.values).max() <= 1, "tanh"


# -- unit weights -------------------------------------------------------------------------------------------------------------------


def test_dense_weights_have_the_shape_of_the_image(mlp: Trainer) -> None:
    found = UnitWeights(node="dense_1", start=10, count=7)(mlp.view)
    weights = mlp.network.views["dense_1/W"]
    assert found.values.shape == (7, 8, 8) and found.units == 30 and found.start == 10
    np.testing.assert_array_equal(found.values[2], weights[:, 12].reshape(8, 8))


def test_kernels_and_their_channels(cnn: Trainer) -> None:
    kernels = cnn.network.views["conv2d_2/W"]
    found = UnitWeights(node="conv2d_2")(cnn.view)
    assert (found.values.shape, found.channels) == ((4, 3, 3), 6)
    np.testing.assert_allclose(found.values[1], kernels[..., 1].mean(axis=2), rtol=1e-6)
    np.testing.assert_array_equal(UnitWeights(node="conv2d_2", channel=4)(cnn.view).values[3], kernels[:, :, 4, 3])


def test_dense_behind_a_convolution_sees_its_maps(cnn: Trainer) -> None:
    assert tracing.image_shape(cnn.network, "dense_1") == (4, 4, 4)
    found = UnitWeights(node="dense_1", channel=2)(cnn.view)
    np.testing.assert_array_equal(found.values[0], cnn.network.views["dense_1/W"][:, 0].reshape(4, 4, 4)[:, :, 2])


def test_weights_on_a_vector_are_rows(mlp: Trainer) -> None:
    found = UnitWeights(node="dense_2")(mlp.view)
    assert found.rows and found.values.shape == (10, 1, 30) and found.picture.shape == (10, 30)
    assert found.picture[:, 0].tolist() == mosaic.diverging(mlp.network.views["dense_2/W"][0], found.scale).tolist()


def test_a_given_scale_is_kept(mlp: Trainer) -> None:
    found = UnitWeights(node="dense_2", scale=2.5)(mlp.view)
    assert found.scale == 2.5 and found.peak == pytest.approx(np.abs(mlp.network.views["dense_2/W"]).max())


def test_answers_are_copies(mlp: Trainer) -> None:
    found = UnitWeights(node="dense_1")(mlp.view)
    assert not np.shares_memory(found.values, mlp.network.params)
    values = FeatureMaps(node="dense_1")(mlp.view).values
    before = values.copy()
    mlp.network.predict(mlp.data.split("test")[0][:5])
    np.testing.assert_array_equal(values, before)
    sample = FeatureMaps(node="input_1")(mlp.view)
    assert not np.shares_memory(sample.input, mlp.data.split("validation")[0])


# -- predictions and confusion ------------------------------------------------------------------------------------------------------


def test_predictions_page(mlp: Trainer) -> None:
    found = Predictions(start=24, count=12)(mlp.view)
    x, y = mlp.data.split("validation")
    assert found.examples.rows.tolist() == list(range(24, 36)) and found.total == len(x)
    np.testing.assert_array_equal(found.examples.y, y[24:36])
    np.testing.assert_allclose(found.examples.outputs, mlp.network.predict(x[24:36]), rtol=1e-5)
    assert found.examples.pictures.shape == (12, 8, 8)


def test_one_probability_stands_for_two_and_values_are_off_by_their_distance() -> None:
    def examples(outputs: list[list[float]], y: np.ndarray) -> Examples:
        given = np.array(outputs, np.float32)
        return Examples(np.arange(len(given)), given, y, given, pictures=None, predicted=None, output_pictures=None)

    np.testing.assert_allclose(examples([[0.25], [1.0]], np.array([0, 1])).probabilities, [[0.75, 0.25], [0, 1]])
    np.testing.assert_allclose(examples([[0.2, 0.3, 0.5]], np.array([2])).probabilities, [[0.2, 0.3, 0.5]], rtol=1e-6)
    made = examples([[1, 2, 3, 4], [0, 0, 0, 0]], np.array([[[1, 2], [3, 0]], [[1, -1], [1, -1]]], np.float32))
    np.testing.assert_array_equal(made.errors, [[0, 0, 0, 4], [-1, 1, -1, 1]])
    np.testing.assert_array_equal(made.distances, [2, 1])


def test_pages_start_at_multiples_and_stay_in_range(mlp: Trainer) -> None:
    total = len(mlp.data.split("validation")[0])
    assert Predictions(start=29, count=12)(mlp.view).start == 24
    last = Predictions(start=10**6, count=12)(mlp.view)
    assert last.start == (total - 1) // 12 * 12 and last.examples.rows[-1] == total - 1


def test_only_mistakes(mlp: Trainer) -> None:
    found = Predictions(only_mistakes=True, count=50)(mlp.view)
    assert found.total > 0 and np.all(found.examples.predicted != found.examples.y)
    _, y = mlp.data.split("validation")
    everything = mlp.network.predict(mlp.data.split("validation")[0]).argmax(axis=1)
    assert found.total == int((everything != y).sum())


def test_confusion_matrix_against_a_plain_count(mlp: Trainer) -> None:
    found = ConfusionMatrix(split="test")(mlp.view)
    x, y = mlp.data.split("test")
    predicted = mlp.network.predict(x).argmax(axis=1)
    expected = np.zeros((10, 10), int)
    for true, taken in zip(y, predicted):
        expected[true, taken] += 1
    np.testing.assert_array_equal(found.counts.counts, expected)
    assert found.counts.accuracy == pytest.approx((predicted == y).mean())
    assert found.seen == found.total == len(y)


def test_outputs_that_are_no_number_are_of_no_class() -> None:
    """They filled the first column, and its examples counted as hits."""
    run = trained(MLP, steps=1)
    run.network.params[...] = np.where(np.arange(run.network.params.size) % 2, 3e38, -3e38)
    with np.errstate(all="ignore"):
        found, told = ConfusionMatrix(split="test")(run.view), np.isfinite(run.predictions("test")).all(axis=1)
    assert not told.all() and found.counts is not None
    assert found.counts.counts.sum() == told.sum() and found.counts.accuracy <= told.mean()


def test_precision_and_recall_of_classes_never_seen() -> None:
    counts = confusion_counts(np.array([0, 0, 1, 1]), np.array([0, 1, 1, 1]), 3)
    precision, recall = precision_recall(counts)
    np.testing.assert_allclose(precision, [1, 2 / 3, np.nan])
    np.testing.assert_allclose(recall, [0.5, 1, np.nan])


def test_an_empty_part_is_said(mlp: Trainer) -> None:
    empty = trained(MLP, steps=1, split=Split(train=1.0, validation=0.0))
    assert ConfusionMatrix()(empty.view).seen == 0 and Predictions()(empty.view).total == 0
    assert FeatureMaps(node="dense_1")(empty.view) is None


def test_costly_evaluation_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    trainer = trained(MLP, steps=5)
    cost = trainer.network.analysis.total_multiply_adds
    monkeypatch.setattr(evaluation, "BUDGET", 60 * cost)
    found = ConfusionMatrix()(trainer.view)
    assert found.seen == 60 < found.total, "a part, until there is an evaluation"
    trainer.evaluate("validation")
    found = ConfusionMatrix()(trainer.view)
    assert found.seen == found.total and found.step == 5
    trainer.subject.step += 1
    assert ConfusionMatrix()(trainer.view).step == 5, "the last evaluation serves, as of its step"


@pytest.mark.parametrize("kind", list(Probe.registry), ids=lambda kind: kind.__name__)
def test_probes_are_frozen_and_storable(kind: type[Probe]) -> None:
    probe = kind()
    assert kind.from_json(probe.to_json()) == probe and hash(probe) == hash(kind())
    many = Thumbnails(nodes=("a", "b"))
    assert Thumbnails.from_json(many.to_json()) == many and not many.problems()


# -- data of one feature ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def line() -> Trainer:
    """y = 3 x - 1 for x from 0 to 2, learnt by a hidden layer and one linear unit."""
    get = Layer.registry.get
    x = np.linspace(0, 2, 60, dtype=np.float32)[:, None]
    part = (x, 3 * x - 1)
    info = Info(name="line", element="table", input_shape=(1,), task="regression", target_shape=(1,))
    data = Dataset(info, dict.fromkeys(("train", "validation", "test"), part), {})
    source, preprocessing = DatasetSpec.registry.get("Digits")(), Preprocessing.registry.get("NoPreprocessing")()
    layers = (get("Input")(), get("Dense")(units=6, activation="Tanh"), get("Dense")(units=1))
    experiment = Experiment(
        dataset=source, preprocessing=preprocessing, graph=GraphSpec.chain(*layers), loss=Loss.registry.get("MeanSquaredError")(),
        optimizer=Optimizer.registry.get("SGD")(learning_rate=0.1), training=Training(batch_size=10, epochs=300),
    )  # fmt: skip
    return Trainer(experiment, data)


def test_thumbnails_along_a_line(line: Trainer) -> None:
    for _ in line.run():
        pass
    found = Thumbnails(nodes=ids(line))(line.view)
    dots, _ = found.pictures["input_1"]
    assert set(np.unique(dots).tolist()) == {0, mosaic.ZERO}
    rows = [int(np.flatnonzero(dots[:, c] == 0).mean()) for c in range(6, 90) if (dots[:, c] == 0).any()]
    assert rows == sorted(rows, reverse=True), "the points rise to the right"
    fitted, _ = found.pictures["dense_2"]
    curve = np.array([np.flatnonzero(column == mosaic.TOP).mean() for column in fitted.T])
    expected = [np.flatnonzero(dots[:, c] == 0).mean() for c in (15, 45, 75) if (dots[:, c] == 0).any()]
    assert len(expected) >= 2 and np.abs(curve[[c for c in (15, 45, 75) if (dots[:, c] == 0).any()]] - expected).max() < 3, (
        "the curve passes the points"
    )
    units, name = found.pictures["dense_1"]
    assert name == "diverging" and units.shape == (65, 98), "six tiles of 32 x 32, three a row"


def test_thumbnails_survive_wild_outputs(line: Trainer) -> None:
    line.network.params.fill(np.float32(1e30))
    line.network.views["dense_2/W"][...] = np.inf
    with np.errstate(all="ignore"):
        found = Thumbnails(nodes=ids(line))(line.view)
    assert all(picture.dtype == np.uint8 for picture, _ in found.pictures.values())
