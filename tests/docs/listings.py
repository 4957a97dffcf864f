"""Holds README.md and docs/ to what is tested.

usage: listings.py ROOT SHOP TUTORIAL_SHOP

Every block of code says in a comment on the line above it where it comes from:

  <!-- from tests/docs/loyalty_test.cpp: module -->   is that region of the file, word for word
  <!-- all of tests/bridge/messages/bare.json -->    is that file, word for word
  <!-- prints: shop explain orders.order.placed -->   is what the shop prints for that command
  <!-- runs -->                                       is run: `./app/run …` is the shop, in an empty folder, and must succeed
  <!-- in modules/loyalty/src/book.hpp -->            stands in that file of tests/tutorial, which the line above names, too
  <!-- session -->                                    is run, line after `$` line: what it says is what follows the line. All
                                                      sessions of a page share a folder; `app/run` is the tutorial's shop
  <!-- the two commands -->                           names executables of the repository
  <!-- a picture -->                                  is one; nothing to test

A block without one is an error, and so is a line of tests/tutorial that no block shows.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

CODE = re.compile(r"``.+?``|`[^`]+`")
BLOCK = re.compile(r"^(?:<!-- (?P<comment>.*?) -->\n)?```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def region(root, source, name):
    text = (root / source).read_text()
    found = re.search(rf"(?://|#) \[{re.escape(name)}\]\n(.*?)^ *(?://|#) \[/{re.escape(name)}\]", text, re.DOTALL | re.MULTILINE)
    return found.group(1) if found else None


def shop_command(shop, line):
    words = shlex.split(line, comments=True)
    if words[:1] == ["shop"] or words[:1] in (["./app/run"], ["app/run"]):
        words[0] = shop
    return words


def run_lines(root, shop, body):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "app").symlink_to(root / "app")
        for line in filter(str.strip, body.splitlines()):
            done = subprocess.run(shop_command(shop, line), cwd=folder, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                yield f"`{line}` exits with {done.returncode}: {done.stderr.strip()}"


class Tutorial:
    """The project that the tutorial's blocks are parts of, and how much of it they show."""

    def __init__(self, root):
        self.folder = root / "tests/tutorial"
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        self.lines = {path.relative_to(self.folder).as_posix(): path.read_text().splitlines() for path in paths}
        self.shown = {path: [not line.strip() for line in lines] for path, lines in self.lines.items()}

    def show(self, path, body):
        lines, wanted = self.lines.get(path, []), body.splitlines()
        for start in range(len(lines) - len(wanted) + 1):
            if lines[start:start + len(wanted)] == wanted:
                self.shown[path][start:start + len(wanted)] = [True] * len(wanted)
                return True
        return False

    def problems(self):
        for path, shown in self.shown.items():
            if not all(shown):
                yield f"tests/tutorial/{path}:{shown.index(False) + 1}: no block of the documentation shows this line"


def run_session(root, shop, folder, body):
    """Yields what differs between the session as it is written and as it runs, in `folder`."""
    for name in ("app", "framework"):
        if not (folder / name).exists():
            (folder / name).symlink_to(root / name)
    for name in ("modules", "tests"):
        (folder / name).mkdir(exist_ok=True)
    for name in ("tests/run", "tests/store"):
        if not (folder / name).exists():
            (folder / name).symlink_to(root / name)
    for command, expected in re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", body, re.MULTILINE):
        done = subprocess.run(shop_command(shop, command), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=60)
        if done.stdout != expected:
            yield f"differs from what `{command}` says:\n{done.stdout}"


def problems_of(root, shop, comment, body):
    if comment is None:
        yield "has no comment that says how it is tested"
    elif comment.startswith("from "):
        source, name = comment.removeprefix("from ").split(": ", 1)
        if region(root, source, name) != body:
            yield f"differs from region [{name}] of {source}"
    elif comment.startswith("all of "):
        if (root / comment.removeprefix("all of ")).read_text() != body:
            yield f"differs from {comment.removeprefix('all of ')}"
    elif comment.startswith("prints: "):
        command = shop_command(shop, comment.removeprefix("prints: "))
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)
        if done.stdout != body:
            yield f"differs from what the command prints:\n{done.stdout}{done.stderr}"
    elif comment == "runs":
        yield from run_lines(root, shop, body)
    elif comment == "the two commands":
        for line in body.splitlines():
            program = root / line.split()[0]
            if not (program.is_file() and program.stat().st_mode & 0o100):
                yield f"{line.split()[0]} is no executable"
    elif comment != "a picture":
        yield f"has a comment that means nothing here: {comment}"


def page_problems(root, shop, tutorial_shop, tutorial, page):
    """Yields the line of each block, and what is wrong with it."""
    text = page.read_text()
    with tempfile.TemporaryDirectory() as folder:
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start()) + 1
            comment, body = block["comment"], block["body"]
            problems = []
            if comment is not None and comment.startswith("in "):
                path = comment.removeprefix("in ")
                if text[:block.start()].split("\n\n")[-2].split("\n")[-1] != f"`{path}`":
                    problems.append(f"needs a line above it that says `{path}`")
                if not tutorial.show(path, body):
                    problems.append(f"does not stand like this in tests/tutorial/{path}")
            elif comment == "session":
                problems = run_session(root, tutorial_shop, pathlib.Path(folder), body)
            else:
                problems = problems_of(root, shop, comment, body)
            yield line, list(problems)


def main():
    root, shop, tutorial_shop = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3]
    tutorial = Tutorial(root)
    blocks = failures = 0
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        for line, problems in page_problems(root, shop, tutorial_shop, tutorial, page):
            blocks += 1
            for problem in problems:
                print(f"{page.relative_to(root)}:{line}: this block {problem}")
                failures += 1
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", CODE.sub("", BLOCK.sub("", page.read_text()))):
            if not (page.parent / link).exists():
                print(f"{page.relative_to(root)}: the link to {link} leads nowhere")
                failures += 1
    for problem in tutorial.problems():
        print(problem)
        failures += 1
    print(f"{blocks} blocks, {failures} problems")
    return 1 if failures or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
