#!/usr/bin/env python3
"""install_test.py BUILD COMPILER VERSION test_…: what the installed framework promises to a project elsewhere."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

BUILD, COMPILER, VERSION = sys.argv[1:4]
PROJECT = pathlib.Path(__file__).parent / "project"


def run(folder, *command):
    # What is compiled is the same in every run, but for the folder's name.
    environment = {**os.environ, "CCACHE_BASEDIR": str(folder), "CCACHE_NOHASHDIR": "1", "CTEST_OUTPUT_ON_FAILURE": "1"}
    result = subprocess.run([str(word) for word in command], cwd=folder, env=environment, stdout=subprocess.PIPE,
                            stderr=subprocess.STDOUT, text=True)
    return result.returncode, result.stdout


def succeeds(folder, *command):
    code, output = run(folder, *command)
    assert code == 0, f"{command}:\n{output}"
    return output


class Elsewhere:
    """The framework installed in one new folder, the project copied to another."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.temporary.name).resolve()
        self.prefix = self.root / "prefix"
        succeeds(self.root, "cmake", "--install", BUILD, "--prefix", self.prefix)
        shutil.copytree(PROJECT, self.root / "project")

    def configure(self, *options):
        launcher = [f"-DCMAKE_CXX_COMPILER_LAUNCHER={found}"] if (found := shutil.which("ccache")) else []
        return run(self.root, "cmake", "-G", "Ninja", "-S", "project", "-B", "build", f"-DCMAKE_PREFIX_PATH={self.prefix}",
                   f"-DCMAKE_CXX_COMPILER={COMPILER}", *launcher, *options)

    def accepts(self, *options):
        code, output = self.configure(*options)
        assert code == 0, output

    def build(self, *targets):
        return run(self.root, "cmake", "--build", "build", *(["--target", *targets] if targets else []))

    def builds(self, *targets):
        code, output = self.build(*targets)
        assert code == 0, output


def test_a_project_elsewhere_builds_modules_and_an_application_tests_and_runs_them():
    project = Elsewhere()
    project.accepts()
    project.builds()
    assert "100% tests passed" in succeeds(project.root, "ctest", "--test-dir", "build")
    library = project.root / "build/library"
    assert succeeds(project.root, library, "lend", "Emma", "ada") == "Emma is lent to ada\n"
    assert "library: 2 modules, 2 events" in succeeds(project.root, library, "describe")
    assert f"(Ashlar {VERSION})" in succeeds(project.root, library, "--version")


def test_boundaries_between_modules_hold_elsewhere():
    project = Elsewhere()
    project.accepts()
    source = project.root / "project/modules/shelves/src/shelves_module.cpp"
    text = source.read_text(encoding="utf-8")
    for include in ("loans/events.hpp", "ashlar/application.hpp", "ashlar/testing/test_host.hpp"):
        source.write_text(f"#include <{include}>\n{text}", encoding="utf-8")
        code, output = project.build("shelves")
        assert code != 0 and f"{include}: No such file" in output, output
    source.write_text(text, encoding="utf-8")
    loans = project.root / "project/modules/loans/src/loans_module.cpp"
    loans.write_text("#include <inventory.hpp>\n" + loans.read_text(encoding="utf-8"), encoding="utf-8")
    code, output = project.build("loans")
    assert code != 0 and "inventory.hpp: No such file" in output, output


def test_a_new_module_and_its_test_are_made_elsewhere():
    project = Elsewhere()
    script = next(project.prefix.rglob("new-module"))
    said = succeeds(project.root / "project", script, "fines")
    lists = project.root / "project/CMakeLists.txt"
    lines = re.search(r"makes its test with\n\n(.*?)\n\n", said, re.DOTALL).group(1)
    lists.write_text(lists.read_text(encoding="utf-8") + lines + "\n", encoding="utf-8")
    project.accepts()
    project.builds("fines_tests")
    assert "100% tests passed" in succeeds(project.root, "ctest", "--test-dir", "build", "-R", "^fines$")


def test_a_module_becomes_a_plugin_elsewhere():
    project = Elsewhere()
    project.accepts("-DASHLAR_PLUGINS=loans")
    project.builds("library", "loans_plugin")
    library = project.root / "build/library"
    assert "library: 1 module," in succeeds(project.root, library, "describe")
    assert succeeds(project.root, library, "--plugins", "build/plugins", "lend", "Emma", "ada") == "Emma is lent to ada\n"


def test_an_installed_framework_names_no_folder_of_its_build():
    project = Elsewhere()
    root = str(pathlib.Path(__file__).resolve().parents[2])
    for file in project.prefix.rglob("*"):
        if file.suffix in (".cmake", ".hpp"):
            assert root not in file.read_text(encoding="utf-8"), file


def test_a_project_may_hold_the_framework_as_a_folder_instead():
    project = Elsewhere()
    lists = project.root / "project/CMakeLists.txt"
    lists.write_text(re.sub(r"find_package\(ashlar .*\)", f"add_subdirectory({PROJECT.parents[2]} ashlar)",
                            lists.read_text()))
    project.accepts("-DASHLAR_PLUGINS=loans")
    project.builds("loans_plugin")
    assert f"framework: {VERSION}\n".encode() in (project.root / "build/plugins/loans.so").read_bytes()


def test_another_minor_version_is_not_found():
    project = Elsewhere()
    lists = project.root / "project/CMakeLists.txt"
    major, minor = VERSION.split(".")[:2]
    lists.write_text(re.sub(r"ashlar [\d.]+ CONFIG", f"ashlar {major}.{int(minor) + 1} CONFIG", lists.read_text()))
    code, output = project.configure()
    assert code != 0 and "compatible with requested" in re.sub(r"\s+", " ", output), output


def files_below(folder):
    return {str(file.relative_to(folder)) for file in folder.rglob("*") if file.is_file()}


class Package:
    """The Debian package, and a root of its own to install it in, which takes no right of the machine's."""

    def __init__(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self.temporary.name).resolve()
        succeeds(self.folder, "cpack", "--config", f"{BUILD}/CPackConfig.cmake", "-G", "DEB", "-B", self.folder / "cpack")
        [self.deb] = (self.folder / "cpack").glob("*.deb")
        self.root = self.folder / "root"
        for part in ("info", "updates", "triggers"):
            (self.root / "var/lib/dpkg" / part).mkdir(parents=True)
        for part in ("status", "available"):
            (self.root / "var/lib/dpkg" / part).touch()

    def field(self, name):
        return succeeds(self.folder, "dpkg-deb", "--field", self.deb, name).strip()

    def dpkg(self, *arguments):
        # The packages that it depends on are the machine's, not this root's.
        return succeeds(self.folder, "dpkg", f"--root={self.root}", f"--log={self.folder}/log", "--force-depends", "--force-not-root",
                        "--force-bad-path", *arguments)


def test_the_debian_package_says_what_it_is_and_what_it_needs():
    package = Package()
    assert package.deb.name.startswith(f"libashlar-dev_{VERSION}_"), package.deb
    assert package.field("Package") == "libashlar-dev"
    assert package.field("Version") == VERSION
    known = (pathlib.Path(__file__).parents[2] / "framework/cmake/packages.sh").read_text(encoding="utf-8")
    config = (pathlib.Path(__file__).parents[2] / "framework/cmake/ashlarConfig.cmake.in").read_text(encoding="utf-8")
    needed = package.field("Depends").split(", ")
    for name in needed:
        assert re.search(rf"\b{re.escape(name)}[\s)]", known), f"packages.sh does not install {name}"
    named = {"Boost": "boost", "Threads": None}
    for library in re.findall(r"find_dependency\((\w[\w-]*)", config):
        word = named.get(library, library.lower())
        assert word is None or any(word in name for name in needed), f"{library} is not among {needed}"
    assert any("httplib" in name for name in needed), needed


def test_the_debian_package_installs_works_and_is_removed_without_a_trace():
    package = Package()
    package.dpkg("--install", package.deb)
    installed = files_below(package.root / "usr")
    prefix = Elsewhere()
    assert installed == files_below(prefix.prefix), installed
    prefix.prefix = package.root / "usr"
    prefix.accepts()
    prefix.builds("shelves")
    package.dpkg("--purge", "libashlar-dev")
    assert files_below(package.root / "usr") == set()
    assert not (package.root / "usr").exists()


for test in sys.argv[4:] or [name for name in list(globals()) if name.startswith("test_")]:
    globals()[test]()
