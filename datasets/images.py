"""What labelled images share: the target may be the class, or the image itself."""

from __future__ import annotations

from typing import ClassVar

from vitrine.core.spec import hp
from vitrine.core.tasks.base import Task
from vitrine.datasets.base import DatasetSpec, Info


class LabelledImages(DatasetSpec, abstract=True):
    """Images with a class each. With target "image" the network shall give back what it got: an autoencoder."""

    group: ClassVar[str] = "Images"

    target: str = hp(
        default="class", help="What the network shall say: the class, or the image itself (an autoencoder)", choices=("class", "image")
    )

    def info(self, shape: tuple[int, ...], names: tuple[str, ...], count: int, source: str) -> Info:
        """The description, with the targets as chosen."""
        if self.target == "image":
            return Info(
                self.title,
                "image",
                shape,
                Task.named("regression"),
                target_shape=shape,
                count=count,
                source=source,
                reconstructs=True,
                label_names=names,
            )
        return Info(self.title, "image", shape, Task.named("classification"), names, count=count, source=source)
