#!/usr/bin/env python3
"""new_module_test.py test_…: what framework/cmake/new-module writes and refuses. That its module builds and passes its
test is seen where the skeleton is built (tests/CMakeLists.txt)."""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).parents[2]
SCRIPT = ROOT / "framework/cmake/new-module"

sys.path.insert(0, str(ROOT / "tests/errors"))
import page  # noqa: E402


class Project:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.folder.name)
        (self.root / "modules").mkdir()
        (self.root / "app").mkdir()
        (self.root / "app/CMakeLists.txt").write_text("ashlar_application(shop MAIN src/main.cpp)\n")

    def files(self):
        return sorted(path.relative_to(self.root).as_posix() for path in self.root.rglob("*"))

    def run(self, *arguments, folder="."):
        return subprocess.run([SCRIPT, *arguments], cwd=self.root / folder, capture_output=True, text=True)

    def refuses(self, sentence, *arguments):
        before = self.files()
        done = self.run(*arguments)
        assert done.returncode != 0 and not done.stdout, f"{arguments}: {done}"
        assert sentence in done.stderr, f"'{sentence}' is not in: {done.stderr}"
        assert self.files() == before, f"{arguments} left something: {self.files()}"

    def accepts(self, *arguments, folder="."):
        done = self.run(*arguments, folder=folder)
        assert done.returncode == 0 and not done.stderr, done
        return done.stdout


def test_a_new_module_is_written_whole_and_every_file_is_named():
    project = Project()
    said = project.accepts("gift_cards")
    written = [file for file in project.files() if (project.root / file).is_file() and not file.startswith("app/")]
    assert "\n  add_executable(gift_cards_tests tests/modules/gift_cards/gift_cards_module_test.cpp)\n" in said, said
    named = re.findall(r"^  ((?:modules|tests)/\S*\.\S+)", said, re.MULTILINE)
    assert sorted(named) == written and len(written) == 6, (named, written)
    assert said.endswith("Next:\n\n  cmake --build build\n  ctest --test-dir build -R '^gift_cards$'\n"), said
    assert "class GiftCardsModule" in (project.root / "modules/gift_cards/src/gift_cards_module.cpp").read_text()


def test_a_new_module_of_a_project_elsewhere_goes_into_its_folders():
    project = Project()
    (project.root / "elsewhere/units").mkdir(parents=True)
    project.accepts("stock", "--modules", "../elsewhere/units/", folder="app")
    assert (project.root / "elsewhere/units/stock/CMakeLists.txt").is_file()
    assert (project.root / "elsewhere/tests/units/stock/stock_module_test.cpp").is_file()
    project.accepts("mails", "--modules", "elsewhere/units", "--tests", "checks")
    assert (project.root / "checks/mails/mails_module_test.cpp").is_file()


def test_a_new_module_has_a_name_that_can_be_built():
    project = Project()
    project.refuses(page.said("A new module whose name is none"), "GiftCards")
    for name in ("9x", "gift-cards", "gift.cards", "../up", "gift cards"):
        project.refuses(f"'{name}' is no name for a module: it is made of lower-case letters", name)
    for name in ("core", "bridge", "all", "test"):
        project.refuses(f"the name '{name}' is taken by the framework or by CMake", name)
    for name in ("class", "std", "ashlar", "time", "signal", "log"):
        project.refuses(f"'{name}' cannot be the name of a C++ namespace here", name)
    for name in ("gift__cards", "gift_"):
        project.refuses(f"'{name}': write one '_' between words", name)
    project.refuses("ends in '_api', as what the build makes of a module does", "gift_api")
    project.refuses("the name 'shop' is taken by the application", "shop")
    project.refuses("has 65 characters; a module's name has 64 at most", "a" * 65)
    project.refuses("the name is empty", "")


def test_a_new_module_takes_no_name_that_ashlar_module_would_refuse():
    text = (ROOT / "framework/cmake/AshlarModule.cmake").read_text()
    taken = re.search(r"set\(taken ([^)]*)\)", text).group(1).split()
    assert len(taken) > 5, taken
    project = Project()
    for name in taken:
        project.refuses(f"the name '{name}' is taken", name)


def test_a_new_module_overwrites_nothing():
    project = Project()
    project.accepts("stock")
    project.refuses(page.said("A new module that is there already"), "stock")
    shutil.rmtree(project.root / "modules/stock")
    project.refuses("'tests/modules/stock' is there already", "stock")


def test_a_new_module_leaves_nothing_when_it_cannot_be_written_whole():
    project = Project()
    (project.root / "tests").write_text("no folder")
    project.refuses("cannot make the folder 'tests/modules'", "stock")


def test_a_call_of_new_module_that_is_wrong_says_what_is_right():
    project = Project()
    project.refuses("there is no option '--module'; there are --modules FOLDER and --tests FOLDER", "x", "--module", "m")
    project.refuses("--modules takes a folder", "stock", "--modules")
    project.refuses("'two' is one argument too many: one module at a time", "one", "two")
    project.refuses("new-module NAME [--modules FOLDER]")
    project.refuses("there is no folder 'units': run it in the project's root, or name the folder with --modules",
                    "stock", "--modules", "units")


def test_a_new_module_is_formatted_wherever_its_name_stands_in_the_alphabet():
    formatter = shutil.which("clang-format-14")
    if formatter is None:
        print("clang-format-14 is not installed (tests/run installs it)")
        return
    project = Project()
    shutil.copy(ROOT / ".clang-format", project.root)
    for name in ("aa", "gift_cards", "zz"):
        project.accepts(name)
    sources = [project.root / file for file in project.files() if file.endswith((".hpp", ".cpp"))]
    done = subprocess.run([formatter, "--dry-run", "-Werror", *sources], capture_output=True, text=True)
    assert len(sources) == 15 and done.returncode == 0, done.stderr


if __name__ == "__main__":
    for test in sys.argv[1:] or [name for name in list(globals()) if name.startswith("test_")]:
        globals()[test]()
