"""The table of docs/errors.md, for the tests that hold its sentences to what is said."""

import pathlib
import re

ROOT = pathlib.Path(__file__).parents[2]
ROW = re.compile(r"^\| (?P<mistake>.+?) \| (?:`` (?P<quoting>.+?) ``|`(?P<plain>[^`]+)`) \| (?P<remedy>.+) \|$")


def lines():
    """Every line of the table but its head and its headings."""
    text = (ROOT / "docs/errors.md").read_text(encoding="utf-8").splitlines()
    return [line for line in text if line.startswith("| ") and not line.startswith(("| --- ", "| the mistake ", "| **"))]


def rows():
    """What is said, by mistake."""
    matches = [ROW.match(line) for line in lines()]
    return {match["mistake"]: match["quoting"] or match["plain"] for match in matches if match}


def said(mistake):
    if mistake not in rows():
        raise SystemExit(f"docs/errors.md has no row '{mistake}'")
    return rows()[mistake]
