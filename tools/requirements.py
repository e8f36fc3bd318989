"""Print the dependencies pyproject.toml declares, one a line: `requirements.py [EXTRA ...]`."""

import sys
import tomllib
from pathlib import Path


def requirements(extras: list[str]) -> list[str]:
    """The runtime dependencies followed by those of the named extras."""
    path = Path(__file__).resolve().parent.parent / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *(project["optional-dependencies"][extra] for extra in extras)]
    return [line for lines in lists for line in lines]


if __name__ == "__main__":
    print("\n".join(requirements(sys.argv[1:])))
