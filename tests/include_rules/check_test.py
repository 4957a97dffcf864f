#!/usr/bin/env python3
"""Holds check.py against the tree in sample/: it must find exactly the lines that say `// forbidden: <rule>`, and with
that rule."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "errors"))
import page  # noqa: E402


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
    said = [line.split(">: ")[-1] for line in found.values()]
    for sentence in (page.said("An include that the module's `CMakeLists.txt` does not allow"),
                     page.said("An include of another module's `src/` by its path")):
        if sentence not in said:
            wrong.append(f"docs/errors.md says what is not said: {sentence}")
    if not expected:
        wrong.append("the sample forbids nothing")
    if result.returncode != 1:
        wrong.append(f"the exit code is {result.returncode}")
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


main()
