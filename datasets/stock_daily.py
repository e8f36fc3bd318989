"""Daily stock prices: the past days predict the next closing price."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from vitrine.core.errors import DataError
from vitrine.core.spec import hp
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info, Raw
from vitrine.datasets.number_file import file_field, locate, read_numbers

FILE = "data-02-stock_daily.csv"
COLUMNS = ("open", "high", "low", "volume", "close")
TRAIN = 0.7


class StockDaily(DatasetSpec):
    """Windows of `days` × 5 values, the target is the closing price of the day after; the first 70 % train.

    The file has the newest day first; here the oldest comes first. All columns are scaled to 0-1 by minimum and maximum,
    of the whole file as in the lecture, or of the training part, so that nothing of the future is known.
    """

    title: ClassVar[str] = "Stock prices, daily"
    group: ClassVar[str] = "Sequences"
    rank: ClassVar[int] = 40
    summary: ClassVar[str] = "Five figures a day; a week of them predicts the next closing price."

    file: str | None = file_field(FILE)
    days: int = hp(default=7, help="Length of a window", minimum=1, maximum=1000, unit="days")
    scaling: str = hp(
        default="whole file", help="Where minimum and maximum are taken from", choices=("whole file", "training part", "none")
    )

    def describe(self) -> Info:
        path = locate(FILE, self.file)
        return Info(
            name=self.title,
            element="sequence",
            input_shape=(self.days, len(COLUMNS)),
            task=Task.named("regression"),
            target_shape=(1,),
            feature_names=COLUMNS,
            target_names=("next close",),
            count=max(0, len(read_numbers(path, len(COLUMNS))) - self.days),
            source=f"Alphabet's daily prices, newest first, from {path}.",
        )

    def load(self) -> Raw:
        days = read_numbers(locate(FILE, self.file), len(COLUMNS))[::-1]
        count = len(days) - self.days
        if count < 2:
            raise DataError(f"{self.title}: {len(days)} days are too few for windows of {self.days} days and a day after")
        first_test = int(count * TRAIN)
        known = {"whole file": len(days), "training part": first_test + self.days, "none": 0}[self.scaling]
        notes = [f"windows of {self.days} days, the target is the close of the day after", f"the first {TRAIN:.0%} train, the rest tests"]
        if known:
            low, high = days[:known].min(axis=0), days[:known].max(axis=0)
            days = (days - low) / np.where(high > low, high - low, 1.0)
            notes.append(f"all columns, and so the target, scaled to 0–1 by minimum and maximum of the {self.scaling}")
        windows = np.lib.stride_tricks.sliding_window_view(days[:-1], self.days, axis=0).transpose(0, 2, 1)
        return Raw(
            np.ascontiguousarray(windows), days[self.days :, 4:], test_rows=np.arange(first_test, count), ordered=True, notes=tuple(notes)
        )
