"""What the figures were measured on: without it they mean little."""

from __future__ import annotations

import importlib
import os
import platform
from pathlib import Path
from types import ModuleType

import numpy as np

from vitrine.core.kernels.threads import blas_libraries, processors

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"  # the checkout, where the tests look, too


def find_data() -> None:
    """Name the folder with data for this process and those it starts: VITRINE_DATA, else `shared/data` beside the checkout."""
    if not os.environ.get("VITRINE_DATA") and BESIDE.is_dir():
        os.environ["VITRINE_DATA"] = str(BESIDE)


def torch_or_none() -> ModuleType | None:
    """PyTorch, where the `bench` extra is installed."""
    try:
        return importlib.import_module("torch")
    except ImportError:
        return None


def describe() -> str:
    """Machine, versions, BLAS architecture and threads, and the load it was under."""
    torch = torch_or_none()
    rival = f"PyTorch {torch.__version__} eager" if torch else "PyTorch is not installed: make bench installs it"
    lines = [
        f"{platform.system()} {platform.machine()}, {processors()} processors; Python {platform.python_version()}, NumPy {np.__version__}; {rival}",
        *(f"NumPy's BLAS: {lib['internal_api']} {lib['version']}, kernels for {lib.get('architecture', '?')}, {lib['num_threads']} threads" for lib in blas_libraries()),
    ]  # fmt: skip
    if torch is not None:
        lines.append(f"PyTorch: {torch.backends.cpu.get_cpu_capability()}, {torch.get_num_threads()} threads")
    if hasattr(os, "getloadavg"):
        load = os.getloadavg()[0]
        lines.append(
            f"load before the start: {load:.1f}" + (" (something else is running: two-thread figures will suffer)" if load > 0.5 else "")
        )
    return "\n".join(lines)
