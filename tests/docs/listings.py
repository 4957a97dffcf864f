"""Holds README.md and docs/ to what is tested.

usage: listings.py ROOT SHOP

Every block of code says in a comment on the line above it where it comes from:

  <!-- from tests/docs/loyalty_test.cpp: module -->   is that region of the file, word for word
  <!-- prints: shop explain orders.order.placed -->   is what the shop prints for that command
  <!-- runs -->                                       is run: `./app/run …` is the shop, in an empty folder, and must succeed
  <!-- the two commands -->                           names executables of the repository
  <!-- a picture -->                                  is one; nothing to test

A block without one is an error.
"""

import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

BLOCK = re.compile(r"^(?:<!-- (?P<comment>.*?) -->\n)?```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def region(root, source, name):
    text = (root / source).read_text()
    found = re.search(rf"// \[{re.escape(name)}\]\n(.*?)^ *// \[/{re.escape(name)}\]", text, re.DOTALL | re.MULTILINE)
    return found.group(1) if found else None


def shop_command(shop, line):
    words = shlex.split(line, comments=True)
    if words[:1] == ["shop"] or words[:1] == ["./app/run"]:
        words[0] = shop
    return words


def run_lines(root, shop, body):
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "app").symlink_to(root / "app")
        for line in filter(str.strip, body.splitlines()):
            done = subprocess.run(shop_command(shop, line), cwd=folder, capture_output=True, text=True, timeout=60)
            if done.returncode != 0:
                yield f"`{line}` exits with {done.returncode}: {done.stderr.strip()}"


def problems_of(root, shop, comment, body):
    if comment is None:
        yield "has no comment that says how it is tested"
    elif comment.startswith("from "):
        source, name = comment.removeprefix("from ").split(": ", 1)
        if region(root, source, name) != body:
            yield f"differs from region [{name}] of {source}"
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


def main():
    root, shop = pathlib.Path(sys.argv[1]), sys.argv[2]
    blocks = failures = 0
    for page in [root / "README.md", *sorted((root / "docs").rglob("*.md"))]:
        text = page.read_text()
        for block in BLOCK.finditer(text):
            blocks += 1
            line = text.count("\n", 0, block.start()) + 1
            for problem in problems_of(root, shop, block["comment"], block["body"]):
                print(f"{page.relative_to(root)}:{line}: this block {problem}")
                failures += 1
        for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
            if not (page.parent / link).exists():
                print(f"{page.relative_to(root)}: the link to {link} leads nowhere")
                failures += 1
    print(f"{blocks} blocks, {failures} problems")
    return 1 if failures or not blocks else 0


if __name__ == "__main__":
    sys.exit(main())
