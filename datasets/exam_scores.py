"""Admission by two exam scores."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw
from vitrine.datasets.number_file import file_field, locate, read_numbers

FILE = "ex2data1.txt"


class ExamScores(DatasetSpec):
    """100 applicants: two scores between 30 and 100, admitted or not. Ng, Machine Learning, exercise 2."""

    title: ClassVar[str] = "Exam scores"
    group: ClassVar[str] = "Tables"
    rank: ClassVar[int] = 31
    summary: ClassVar[str] = "Two numbers decide between yes and no: logistic regression, drawn in the plane."

    file: str | None = file_field(FILE)

    def describe(self) -> Info:
        path = locate(FILE, self.file)
        return Info(
            name=self.title,
            element="points",
            input_shape=(2,),
            task=Task.named("classification"),
            class_names=("not admitted", "admitted"),
            feature_names=("exam 1", "exam 2"),
            count=len(read_numbers(path, 3)),
            source=f"Ng, Machine Learning, exercise 2, from {path}.",
        )

    def load(self) -> Raw:
        numbers = read_numbers(locate(FILE, self.file), 3)
        labels = numbers[:, 2]
        whole = np.all(labels == np.round(labels))
        return Raw(numbers[:, :2], labels.astype(np.int64) if whole else labels)
