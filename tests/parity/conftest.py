# SPDX-FileCopyrightText: The CDRA workbench authors
# SPDX-License-Identifier: Apache-2.0
"""What the parity tests share. CDRA_BUILD names the build folder (default: build/release)."""
import os
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def build_folder():
    return pathlib.Path(os.environ.get("CDRA_BUILD", ROOT / "build" / "release"))


def cache_folder():
    if os.environ.get("CDRA_CACHE"):
        return pathlib.Path(os.environ["CDRA_CACHE"])
    return pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "cdra-workbench"


@pytest.fixture(scope="session")
def build():
    return build_folder()


@pytest.fixture(scope="session")
def inputs():
    """The folder that packaging/offline_inputs.py filled: dinov2-small/, fashion-mnist."""
    return cache_folder() / "inputs"


@pytest.fixture(scope="session")
def program(build):
    """program("datasets_preprocess") is the path of the helper built from that .cpp file of this folder;
    program("cdra") and program("cdra-engine") are the project's own."""
    def find(name):
        for path in (build / "bin" / name, build / "tests" / f"parity_{name}"):
            if path.exists():
                return str(path)
        raise FileNotFoundError(f"{name} is not built in {build}; build it or set CDRA_BUILD")
    return find
