#!/usr/bin/env python3
"""summarize.py build results.xml: prints the output of the tests that failed to standard error, and to standard output
how many passed and how many did not."""

import sys
import xml.etree.ElementTree as xml


def main():
    build, results = sys.argv[1:]
    passed = failed = 0
    for test in xml.parse(results).getroot().iter("testcase"):
        if test.get("status") == "run":
            passed += 1
            continue
        # Also one that could not run: a test that is not there proves nothing.
        failed += 1
        reason = test.find("failure")
        reason = (reason.get("message") if reason is not None else "") or test.get("status")
        output = test.findtext("system-out") or ""
        print(f"\n--- {build}: {test.get('name')} ({reason})\n{output.rstrip()}", file=sys.stderr)
    print(passed, failed)


main()
