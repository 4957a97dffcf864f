#!/usr/bin/env python3
"""Holds check.py against the tree in sample/: it must find exactly the lines that say `// forbidden: <rule>`, and with
that rule."""

import pathlib
import re
import subprocess
import sys


def main():
    here = pathlib.Path(__file__).parent
    sample = here / "sample"
    expected = {}
    for source in sample.rglob("*.?pp"):
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            mark = re.search(r"// forbidden: (.+)$", line)
            if mark:
                expected[f"{source.relative_to(sample)}:{number}"] = mark.group(1)

    result = subprocess.run([sys.executable, here / "check.py", sample], stdout=subprocess.PIPE, text=True)
    found = {}
    for line in result.stdout.splitlines():
        place = re.match(r"[^:]+:\d+", line)
        if place:
            found[place.group()] = line

    wrong = [f"{place}: not found, although {rule}" for place, rule in expected.items() if place not in found]
    wrong += [f"not forbidden, but found: {line}" for place, line in found.items() if place not in expected]
    wrong += [f"found for another reason than '{rule}': {found[place]}" for place, rule in expected.items()
              if place in found and rule not in found[place]]
    if not expected:
        wrong.append("the sample forbids nothing")
    if result.returncode != 1:
        wrong.append(f"the exit code is {result.returncode}")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
