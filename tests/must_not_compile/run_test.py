#!/usr/bin/env python3
"""Gives the runner files with one fault each: a runner that lets one pass would let mistakes pass too."""

import pathlib
import subprocess
import sys
import tempfile

MISTAKE = 'static_assert(sizeof(int) == 1, "an int is larger");'
CASES = {
    "a mistake that is found": (True, "", f'// expect: an int is larger\n#ifndef CORRECT\n{MISTAKE}\n#endif\n'),
    "a mistake that compiles": (False, "the mistake compiled", "// expect: an int\n#ifdef CORRECT\n#endif\nint a;\n"),
    "another message than the expected": (False, "did not say: an int is small",
                                          f"// expect: an int is small\n#ifndef CORRECT\n{MISTAKE}\n#endif\n"),
    "one of two messages": (False, "did not say: never said",
                            f"// expect: an int is larger\n// expect: never said\n#ifndef CORRECT\n{MISTAKE}\n#endif\n"),
    "a message behind a screen of others": (False, "said later than in its first 25 lines: an int is larger",
                                            "// expect: an int is larger\n#ifndef CORRECT\n"
                                            + 'static_assert(sizeof(int) == 2, "");\n' * 30 + f"{MISTAKE}\n#endif\n"),
    "a twin that does not compile": (False, "the correct twin does not compile",
                                     f"// expect: an int is larger\n{MISTAKE}\n#ifdef CORRECT\n#endif\n"),
    "no twin": (False, "it has no correct twin", f"// expect: an int is larger\n{MISTAKE}\n"),
    "no expectation": (False, "it expects nothing", f"#ifndef CORRECT\n{MISTAKE}\n#endif\n"),
}


def main():
    runner = pathlib.Path(__file__).with_name("run")
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "mistake.cpp"
        for name, (passes, sentence, text) in CASES.items():
            source.write_text(text, encoding="utf-8")
            result = subprocess.run([sys.executable, runner, source, "--", sys.argv[1], "-std=c++20"],
                                    stdout=subprocess.PIPE, text=True)
            if (result.returncode == 0) != passes or sentence not in result.stdout:
                print(f"{name}: exit code {result.returncode}, output:\n{result.stdout}")
                wrong += 1
    sys.exit(1 if wrong else 0)


main()
