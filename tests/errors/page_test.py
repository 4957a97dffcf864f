#!/usr/bin/env python3
"""Holds docs/errors.md to its form, and to the tests: every row is a mistake that exactly one of them makes."""

import collections
import pathlib
import re
import sys

import page

TESTS = page.ROOT / "tests"
NAMED = re.compile(r'on_the_page\(\s*"((?:[^"\\]|\\.)+)"|^// page: (.+?)\s*$|page\.said\("([^"]+)"\)', re.MULTILINE)


def main():
    problems = [f"this row is not `| mistake | said | remedy |`: {line}" for line in page.lines()
                if not page.ROW.match(line)]
    rows = page.rows()
    if len(rows) != len(page.lines()):
        problems.append("two rows are about one mistake")
    if len(rows) < 30:
        problems.append(f"{len(rows)} mistakes are listed; thirty are promised")

    made = collections.defaultdict(set)
    for pattern in ("errors/*.cpp", "must_not_compile/*.cpp", "cmake/*.py", "include_rules/*.py"):
        for source in TESTS.glob(pattern):
            for match in NAMED.finditer(source.read_text(encoding="utf-8")):
                made[next(filter(None, match.groups()))].add(source.relative_to(TESTS).as_posix())
    for mistake in rows:
        if len(made[mistake]) != 1:
            problems.append(f"'{mistake}' is made by {sorted(made[mistake]) or 'no test'}, and not by one test")
    problems += [f"'{mistake}' of {sorted(made[mistake])} is no row" for mistake in sorted(made) if mistake not in rows]
    print("\n".join(problems) or f"{len(rows)} mistakes")
    sys.exit(1 if problems else 0)


main()
