"""The packages of the distribution; all else stands in pyproject.toml.

The root of the repository is the package `vitrine`: so it owns one name when installed, and its folders stay where they are.
"""

from setuptools import find_namespace_packages, setup

ROOMS = find_namespace_packages(include=["core*", "gui*", "datasets*", "examples*"], exclude=["*__pycache__*"])

setup(
    packages=["vitrine", *(f"vitrine.{room}" for room in ROOMS)],
    package_dir={"vitrine": "."},
    script_name="setup.py",  # by this name setuptools knows not to install this file as a module of the root
)
