"""Everything that a run depends on, as one immutable, storable value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, ClassVar

from core.analysis import Analysis, Fix, Problem, analyze
from core.data import DataInfo
from core.errors import SpecError
from core.graph import GraphSpec
from core.losses.base import Loss
from core.optimizers.base import Optimizer
from core.regime import Clipping
from core.regularizers.base import Regularizer
from core.regularizers.no_penalty import NoPenalty
from core.schedules.base import Schedule
from core.schedules.constant import Constant
from core.spec import Spec, hp
from core.stop_rules.base import StopRule
from core.stop_rules.no_rule import NoRule

FORMAT = 1


class Split(Spec):
    """Shares of the data for training, validation and testing; the test share is what remains."""

    train: float = hp(0.7, "Share that trains the weights", minimum=0.0, maximum=1.0, exclusive=True, step=0.05)
    validation: float = hp(0.15, "Share that judges the run while you tune it", minimum=0.0, maximum=1.0, step=0.05)
    stratified: bool = hp(True, "Keep the classes' proportions in every part")
    seed: int = hp(0, "Seed of the split: the same seed gives the same parts", minimum=0, maximum=2**31 - 1, advanced=True)

    @property
    def test(self) -> float:
        return max(0.0, 1.0 - self.train - self.validation)

    def problems(self) -> list[Any]:
        from core.spec import FieldProblem

        found = super().problems()
        if not found and self.train + self.validation > 1 + 1e-9:
            found.append(FieldProblem("validation", "Validation", "and train together can't be more than 1"))
        return found


class Training(Spec):
    """How the training loop runs."""

    batch_size: int | str = hp(
        32, "Examples a step; full: the whole training part (gradient descent in its batch form)",
        kind="int_or_choice", choices=("full",), minimum=1, maximum=1_000_000,
    )  # fmt: skip
    epochs: int = hp(20, "Passes over the training part", minimum=1, maximum=1_000_000)
    seed: int = hp(0, "Seed of weights, shuffling and dropout: the same seed gives the same run", minimum=0, maximum=2**31 - 1)
    metrics: str = hp(
        "basic", "What every epoch measures on the validation part: accuracy or RMSE alone, or all metrics, which takes longer",
        choices=("basic", "all"), advanced=True,
    )  # fmt: skip
    diagnose: bool = hp(True, "Look at the run now and then, and say in words what goes wrong with it", advanced=True)


@dataclass(frozen=True)
class Experiment:
    """Dataset, preprocessing, split, graph, loss, optimizer and loop settings.

    `dataset` and `preprocessing` are Specs of the registries "dataset" and "preprocessing" (package `datasets`).
    """

    dataset: Spec
    preprocessing: Spec
    graph: GraphSpec
    loss: Loss
    optimizer: Optimizer
    split: Split = Split()
    training: Training = Training()
    regularizer: Regularizer = NoPenalty()
    schedule: Schedule = Constant()
    clipping: Clipping = Clipping()
    stop_rule: StopRule = NoRule()
    name: str = "Untitled"
    description: str = ""  # what to look for, in a paragraph
    topic: str = ""  # under which an example is listed

    PARTS: ClassVar[dict[str, str]] = {
        "dataset": "dataset", "preprocessing": "preprocessing", "split": "", "loss": "loss", "regularizer": "regularizer",
        "optimizer": "optimizer", "schedule": "schedule", "clipping": "", "training": "", "stop_rule": "stop_rule",
    }  # fmt: skip

    def replace(self, **changes: Any) -> Experiment:
        return dataclasses.replace(self, **changes)

    @property
    def seed(self) -> int:
        return self.training.seed

    def with_seed(self, seed: int) -> Experiment:
        return self.replace(training=self.training.replace(seed=seed))

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"format": FORMAT, "name": self.name, "description": self.description}
        if self.topic:
            data["topic"] = self.topic
        for part in self.PARTS:
            data[part] = getattr(self, part).to_json()
        data["graph"] = self.graph.to_json()
        return data

    @classmethod
    def from_json(cls, data: Any) -> Experiment:
        """Raises SpecError naming the part that is broken, absent or from a newer version."""
        from core.spec import Registry

        if not isinstance(data, dict):
            raise SpecError("this is not the description of an experiment")
        version = data.get("format")
        if not isinstance(version, int):
            raise SpecError("this is not a Vitrine experiment: it bears no format number")
        if version > FORMAT:
            raise SpecError(f"made by a newer Vitrine (format {version}, this one reads {FORMAT}); update the app to open it")
        parts: dict[str, Any] = {}
        for part, registry in cls.PARTS.items():
            if part in data:
                base: Any = {"split": Split, "training": Training, "clipping": Clipping}.get(part)
                try:
                    if base is None:
                        entry = data[part]
                        named = entry if isinstance(entry, str) else entry["type"]
                        base = Registry.all[registry].get(named)
                    parts[part] = base.from_json(data[part])
                except (SpecError, KeyError, TypeError, AttributeError) as error:
                    raise SpecError(f"{part}: {error}", getattr(error, "field", None)) from error
        missing = [p for p in ("dataset", "preprocessing", "loss", "optimizer", "graph") if p not in data]
        if missing:
            raise SpecError(f"the experiment lacks {', '.join(missing)}")
        graph = GraphSpec.from_json(data["graph"])
        parts |= {name: str(data[name]) for name in ("name", "description", "topic") if name in data}
        return cls(graph=graph, **parts)

    def analyze(self, info: DataInfo | None) -> Analysis:
        """The graph's analysis for this data, with what the loss, the data and the settings have to say."""
        analysis = analyze(self.graph, info.input_shape if info is not None else None)
        problems = [*analysis.problems, *self._setting_problems(), *self._rule_problems(info)]
        if info is not None:
            problems += self._output_problems(analysis, info)
        return dataclasses.replace(analysis, problems=tuple(problems))

    def _setting_problems(self) -> list[Problem]:
        return [
            Problem(f"{p.label} {p.message}", None, f"{part}.{p.field}")
            for part in self.PARTS
            for p in getattr(self, part).problems()
        ]

    def _rule_problems(self, info: DataInfo | None) -> list[Problem]:
        """Settings that don't suit each other, or the data."""
        found = []
        if self.optimizer.full_batch and self.training.batch_size != "full":
            text = f"{self.optimizer.title} works on the whole training part at once: set Batch size to full"
            found.append(Problem(text, None, "training.batch_size"))
        for part, misfit in (("schedule", self.schedule.misfit(self.training)), ("stop_rule", self.stop_rule.misfit(self, info))):
            if misfit is not None and not getattr(self, part).problems():
                found.append(Problem(f"{getattr(self, part).title}: {misfit[1]}", None, f"{part}.{misfit[0]}"))
        return found

    @property
    def penalties(self) -> list[str]:
        """What is added to the loss in training, by title."""
        layers = [getattr(node.layer, "regularizer", None) for node in self.graph.nodes]
        active = [r for r in (*layers, self.regularizer) if r is not None and r.active]
        return list(dict.fromkeys([r.title for r in active] + [n.layer.title for n in self.graph.nodes if n.layer.penalizes]))

    @property
    def loss_text(self) -> str:
        """What the shown loss is, in words: penalties are never part of it."""
        titles = self.penalties
        return f"{self.loss.title}, without the penalty ({', '.join(titles)})" if titles else self.loss.title

    def _output_problems(self, analysis: Analysis, info: DataInfo) -> list[Problem]:
        misfit = self.loss.fits(info)
        if misfit:
            return [Problem(misfit, None, "loss")]
        output = analysis.output
        if output is None or analysis.output_shape is None:
            return []
        layer = self.graph[output].layer
        problems = []
        wanted = self.loss.output_shape(info)
        if analysis.output_shape != wanted:
            problems.append(_wrong_output(self.graph, output, analysis.output_shape, wanted, info))
        activation = layer.output_activation
        if activation is not None and self.loss.link != "Linear" and type(activation).__name__ not in ("Linear", self.loss.link):
            text = f"{self.loss.title} takes {self.loss.link.lower()} or linear outputs, not {activation.title}"
            fix = Fix(f"Set activation to {self.loss.link.lower()}", _setter(output, "activation", self.loss.link))
            problems.append(Problem(text, output, "activation", fixes=(fix,)))
        return problems


def _wrong_output(graph: GraphSpec, output: str, shape: tuple[int, ...], wanted: tuple[int, ...], info: DataInfo) -> Problem:
    def text(s: tuple[int, ...]) -> str:
        return " × ".join(map(str, s)) or "1"

    reason = f"{len(info.class_names)} classes" if info.task == "classification" else "the targets"
    layer = graph[output].layer
    fixes: tuple[Fix, ...] = ()
    if len(wanted) == 1 and len(shape) == 1 and hasattr(layer, "units"):
        fixes = (Fix(f"Set units to {wanted[0]}", _setter(output, "units", wanted[0])),)
    elif len(wanted) == 1:
        fixes = (Fix(f"Append Dense with {wanted[0]} units", _appender(output, wanted[0])),)
    return Problem(f"the output is {text(shape)}, but {reason} need {text(wanted)}", output, "units", fixes=fixes)


def _setter(node_id: str, name: str, value: Any) -> Any:
    return lambda graph: graph.set_layer(node_id, graph[node_id].layer.replace(**{name: value}))


def _appender(node_id: str, units: int) -> Any:
    from core.layers.dense import Dense

    return lambda graph: graph.append(Dense(units=units), after=node_id)[0]
