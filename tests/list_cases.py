#!/usr/bin/env python3
"""Asks a doctest executable for its test cases and writes a file that makes each of them one entry of ctest."""

import argparse
import subprocess
import sys
import xml.etree.ElementTree as xml


def quoted(text):
    """A CMake bracket argument: nothing inside is special."""
    level = "="
    while f"]{level}]" in text or text.endswith(f"]{level}"):
        level += "="
    return f"[{level}[{text}]{level}]"


def filter_for(name):
    """doctest splits its filters at commas; a backslash keeps one."""
    return name.replace("\\", "\\\\").replace(",", "\\,")


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("executable")
    arguments.add_argument("output")
    arguments.add_argument("--prefix", required=True)
    arguments.add_argument("--timeout", default="60")
    arguments.add_argument("--labels", nargs="*", default=[])
    arguments.add_argument("--environment", nargs="*", default=[])
    arguments.add_argument("--fixture", default="", help="what every case needs to have been set up")
    options = arguments.parse_args()

    listing = subprocess.run([options.executable, "--list-test-cases", "--reporters=xml"],
                             capture_output=True, text=True)
    if listing.returncode != 0:
        sys.exit(f"{options.executable} does not list its test cases:\n{listing.stdout}{listing.stderr}")
    document = listing.stdout[listing.stdout.index("<?xml"):]
    cases = xml.fromstring(document).iter("TestCase")

    lines, seen = [], {}
    for case in cases:
        name = case.get("name")
        place = f"{case.get('filename')}:{case.get('line')}"
        if name in seen:
            sys.exit(f"{place}: error: '{name}' is already a test case at {seen[name]}: a promise is tested in one place")
        seen[name] = place
        entry = quoted(f"{options.prefix}: {name}")
        lines.append(f"add_test({entry} {quoted(options.executable)} {quoted('--test-case=' + filter_for(name))})\n")
        # A filter that matches nothing would pass.
        lines.append(f"set_tests_properties({entry} PROPERTIES TIMEOUT {options.timeout}"
                     f" LABELS {quoted(';'.join(options.labels))} ENVIRONMENT {quoted(';'.join(options.environment))}"
                     f" FIXTURES_REQUIRED {quoted(options.fixture)}"
                     f" FAIL_REGULAR_EXPRESSION {quoted('.doctest. test cases: +0 ')})\n")
    if not lines:
        sys.exit(f"{options.executable} holds no test case")
    with open(options.output, "w", encoding="utf-8") as output:
        output.writelines(lines)


main()
