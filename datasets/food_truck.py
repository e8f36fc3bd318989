"""Profit of a food truck against the size of its city."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw
from vitrine.datasets.number_file import file_field, locate, read_numbers

FILE = "ex1data1.txt"


class FoodTruck(DatasetSpec):
    """97 cities: population in 10,000s, profit in 10,000 dollars. Ng, Machine Learning, exercise 1."""

    title: ClassVar[str] = "Food truck"
    group: ClassVar[str] = "Tables"
    rank: ClassVar[int] = 30
    summary: ClassVar[str] = "One number predicts another: linear regression in its simplest form."

    file: str | None = file_field(FILE)

    def describe(self) -> Info:
        path = locate(FILE, self.file)
        return Info(
            name=self.title,
            element="table",
            input_shape=(1,),
            task=Task.named("regression"),
            target_shape=(1,),
            feature_names=("population (10,000s)",),
            target_names=("profit ($10,000s)",),
            count=len(read_numbers(path, 2)),
            source=f"Ng, Machine Learning, exercise 1, from {path}.",
        )

    def load(self) -> Raw:
        numbers = read_numbers(locate(FILE, self.file), 2)
        return Raw(numbers[:, :1], numbers[:, 1:])
