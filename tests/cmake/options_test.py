#!/usr/bin/env python3
"""options_test.py test_…: what the options of the whole build leave out."""

import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_without_rabbitmq_the_shop_has_no_bridge():
    with tempfile.TemporaryDirectory() as build:
        run("cmake", "--preset", "release", "-S", str(ROOT), "-B", build, "-DASHLAR_RABBITMQ=OFF", "-DASHLAR_MODULES=")
        targets = run("ninja", "-C", build, "-t", "targets", "all")
        assert "ashlar_bridge" in targets, targets
        assert "rabbitmq" not in targets, [line for line in targets.splitlines() if "rabbitmq" in line]
        run("ninja", "-C", build, "app/CMakeFiles/shop.dir/__/generated/shop/modules.cpp.o",
            "app/CMakeFiles/shop.dir/src/main.cpp.o")
        modules = pathlib.Path(build, "generated/shop/modules.cpp").read_text()
        assert "application_bridges() { return {}; }" in modules, modules


if __name__ == "__main__":
    globals()[sys.argv[1]]()
