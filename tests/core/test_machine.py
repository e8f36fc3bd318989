"""How much memory the machine has, also inside a container."""

from __future__ import annotations

from pathlib import Path

import pytest

from vitrine.core import machine


def test_this_machine_has_some() -> None:
    found = machine.memory()
    assert found is not None and 10**8 < found < 10**15


def groups(tmp_path: Path, own: str, **limits: str) -> int | None:
    (tmp_path / "own").write_text(own)
    for place, text in limits.items():
        file = tmp_path / "fs" / place.replace("__", "/").replace("_max", ".max").replace("_limit", ".limit_in_bytes")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return machine._control_group(tmp_path / "fs", tmp_path / "own")


def test_control_groups_set_the_tightest_limit_above(tmp_path: Path) -> None:
    assert groups(tmp_path, "0::/a/b\n", a__b__memory_max="max\n", a__memory_max="500\n", memory_max="900\n") == 500


def test_control_groups_of_version_1(tmp_path: Path) -> None:
    own = "5:cpu,memory:/c\n4:freezer:/\n"
    assert groups(tmp_path, own, memory__c__memory_limit="700\n", memory__memory_limit="9223372036854771712\n") == 700


@pytest.mark.parametrize("own", ["", "0::/\n", "nonsense", "0::/../..\n", "0::/gone\n"])
def test_no_limit(tmp_path: Path, own: str) -> None:
    assert groups(tmp_path, own, memory_max="max\n") is None
