#!/usr/bin/env python3
"""plugins_test.py TOWER PLUGINS test_…: what loading plug-ins promises, each with a folder of its own."""

import os
import pathlib
import subprocess
import sys
import tempfile

TOWER, PLUGINS = sys.argv[1], pathlib.Path(sys.argv[2])


class Folder:
    def __init__(self, **files):
        """Files by name, without .so: the name of a plug-in to copy, or bytes."""
        self.temporary = tempfile.TemporaryDirectory()
        self.root = pathlib.Path(self.temporary.name)
        self.plugins = self.root / "plugins"
        self.plugins.mkdir()
        for name, content in files.items():
            self.file(name).write_bytes(content if isinstance(content, bytes) else plugin(content))

    def file(self, name):
        return self.plugins / f"{name}.so"

    def run(self, *arguments, environment=None):
        result = subprocess.run([TOWER, "--data", self.root / "data", *arguments], capture_output=True, text=True,
                                cwd=self.root, env={**os.environ, **(environment or {})}, timeout=60)
        return result.returncode, result.stdout, result.stderr

    def runs(self, *arguments):
        code, out, err = self.run("--plugins", self.plugins, *arguments)
        assert code == 0, err
        return out

    def refuses(self, *problems):
        """Exactly these problems, and nothing has started."""
        code, out, err = self.run("--plugins", self.plugins, "--log-level", "info", "ring")
        expected = "tower: " + "\n".join(f"plug-in {self.file(name)}: {problem}" for name, problem in problems) + "\n"
        assert (code, out, err) == (1, "", expected), f"{code}\n{out}\n{err}\n-- expected:\n{expected}"
        assert not (self.root / "data").exists()


def plugin(name):
    return (PLUGINS / f"{name}.so").read_bytes()


def changed(content, old, new):
    assert len(old) == len(new) and old in content, f"{old} is not there"
    return content.replace(old, new)


def test_events_go_both_ways_between_the_application_and_a_plugin():
    assert Folder(echo="echo").runs("ring") == "1 handler, 3 echoes of echo, caused by the ring\n"


def test_an_event_has_one_type_in_the_application_and_the_plugin():
    assert Folder(echo="echo").runs("shout") == "1 handler\n"


def test_a_plugin_is_a_module_like_any_other():
    folder = Folder(echo="echo")
    described = folder.runs("describe")
    assert described.startswith("tower: 2 modules, 2 events"), described
    assert "  echo.bell.echoed, published by echo\n   1. bells/echo.bell.echoed\n" in described, described
    code, out, err = folder.run("--plugins", folder.plugins, "--modules", "echo", "describe")
    assert code == 0 and "leaves out: bells" in out, out + err


def test_the_folder_may_come_from_the_configuration():
    folder = Folder(echo="echo")
    (folder.root / "tower.yaml").write_text("plugins:\n  directory: plugins\n")
    assert "3 echoes" in folder.run("ring")[1]
    (folder.root / "tower.yaml").unlink()
    assert "3 echoes" in folder.run("ring", environment={"TOWER_PLUGINS_DIRECTORY": "plugins"})[1]


def test_the_log_says_what_was_loaded():
    folder = Folder(echo="echo")
    code, out, err = folder.run("--plugins", folder.plugins, "--log-level", "info", "ring")
    assert code == 0 and "plug-in loaded" in err and str(folder.file("echo")) in err, err


def test_other_files_in_the_folder_do_not_matter():
    folder = Folder(echo="echo")
    (folder.plugins / "README.txt").write_text("Put plug-ins here.")
    (folder.plugins / "echo.so.bak").write_text("old")
    assert "3 echoes" in folder.runs("ring")


def test_a_folder_that_is_not_there_is_an_error():
    folder = Folder()
    code, out, err = folder.run("--plugins", "nowhere", "describe")
    assert (code, out) == (1, "")
    assert err == ("tower: cannot read the plug-ins in nowhere: No such file or directory; name another folder with "
                   "--plugins or plugins.directory\n"), err


def test_a_file_that_is_no_library_is_refused():
    none = "it is no shared library; remove it from the folder"
    Folder(text=b"#!/bin/sh\necho hello\n" * 100, void=b"", stub=b"\x7fELF").refuses(
        ("stub", none), ("text", none), ("void", none))
    folder = Folder()
    os.mkfifo(folder.file("pipe"))
    folder.refuses(("pipe", "it is no file; remove it from the folder"))


def test_a_library_that_is_no_plugin_is_refused_and_not_run():
    folder = Folder(stranger=changed(plugin("echo"), b"ashlar plug-in, form 1\n", b"ashlar plug-in, form 9\n"))
    folder.refuses(("stranger", "it is no plug-in of an Ashlar application; build it with ashlar_plugin(), or remove it "
                                "from the folder"))


def test_a_library_that_is_cut_off_is_refused():
    content = plugin("echo")
    for size in (63, 100, len(content) // 3, content.index(b"ashlar plug-in, form 1\n") + 600):
        Folder(cut=content[:size]).refuses(("cut", "it is damaged or was copied in part; copy it anew"))


def test_a_library_that_the_system_cannot_load_is_refused():
    folder = Folder(echo=changed(plugin("echo"), b"libstdc++.so.6\0", b"libnowhere.so\0\0"[:15]))
    code, out, err = folder.run("--plugins", folder.plugins, "ring")
    assert (code, out) == (1, ""), err
    assert err.startswith(f"tower: plug-in {folder.file('echo')}: it cannot be loaded: libnowhere.so"), err


def test_another_version_of_the_framework_is_refused():
    content = plugin("echo")
    version = content[content.index(b"framework: ") + len(b"framework: "):].split(b"\n")[0]
    other = b"9" + version[1:]
    Folder(echo=changed(content, b"framework: " + version, b"framework: " + other)).refuses(
        ("echo", f"it was built for Ashlar {other.decode()}, and this application for {version.decode()}; build it anew "
                 "for that"))


def test_another_compiler_or_other_headers_of_the_framework_are_refused():
    content = plugin("echo")
    build = content[content.index(b"build: ") + len(b"build: "):].split(b"\n")[0]
    for other in (b"x" + build[1:], build[:-1] + b"?"):
        Folder(echo=changed(content, build, other)).refuses(
            ("echo", f"it was built with {other.decode()}, and this application with {build.decode()}; build both with "
                     "the same"))


def test_other_headers_of_a_module_are_refused():
    content = plugin("echo")
    at = content.index(b" bells=") + len(b" bells=")
    other = content[:at] + b"????????????????" + content[at + 16:]
    Folder(echo=other).refuses(
        ("echo", "it was built with another api of module 'bells' than this application; build both from the same "
                 "sources"))


def test_another_kind_of_processor_is_refused():
    content = bytearray(plugin("echo"))
    content[18] ^= 0xFF
    Folder(echo=bytes(content)).refuses(
        ("echo", "it was built for another kind of processor; build it on one like this, or remove it from the folder"))


def test_a_module_that_is_there_already_is_refused():
    Folder(bells="bells").refuses(
        ("bells", "it holds module 'bells', which is part of this application already; remove one of the two"))
    folder = Folder(a="echo", b="echo")
    folder.refuses(("b", f"it holds module 'echo', which {folder.file('a')} holds too; remove one of the two"))


def test_a_plugin_without_its_symbol_is_refused():
    Folder(echo=changed(plugin("echo"), b"\0ashlar_plugin\0", b"\0ashlar_plugon\0")).refuses(
        ("echo", "it does not export the symbol ashlar_plugin; build it with ashlar_plugin()"))


def test_all_problems_are_told_at_once():
    Folder(a=b"text", b="bells", c="echo").refuses(
        ("a", "it is no shared library; remove it from the folder"),
        ("b", "it holds module 'bells', which is part of this application already; remove one of the two"))


for test in sys.argv[3:] or [name for name in list(globals()) if name.startswith("test_")]:
    globals()[test]()
