#!/usr/bin/env python3
"""schemas_test.py ROOT: every message of tests/bridge/messages fits the schema of its format in docs/schemas, and fits it no
more when something that has to be there is missing, or is of another kind."""

import copy
import json
import pathlib
import sys

import jsonschema

WRONG = {"string": 5, "integer": "1", "object": []}


def damaged(schema, body):
    """Bodies that must not fit, each with what was done to it."""
    for name, member in schema["properties"].items():
        if name not in body:
            continue
        if name in schema["required"]:
            without = copy.deepcopy(body)
            del without[name]
            yield f"without {name}", without
        if "type" in member or "const" in member:
            yield f"{name} of another kind", {**body, name: WRONG[member.get("type", "string")]}
        if "pattern" in member:
            yield f"{name} that is empty", {**body, name: ""}
        if member.get("type") == "object":
            for what, inner in damaged(member, body[name]):
                yield f"{name} {what}", {**body, name: inner}


def main():
    root, checks = pathlib.Path(sys.argv[1]), 0
    for path in sorted((root / "docs/schemas").glob("*.json")):
        schema = json.loads(path.read_text())
        jsonschema.Draft7Validator.check_schema(schema)
        validator = jsonschema.Draft7Validator(schema, format_checker=jsonschema.draft7_format_checker)
        messages = sorted((root / "tests/bridge/messages").glob(f"{path.stem}.*"))
        assert len(messages) == 2, f"{path.stem}: {messages}"
        for message in messages:
            body = json.loads(message.read_text())["body"]
            for error in validator.iter_errors(body):
                sys.exit(f"{message.name}: {error}")
            assert set(body) <= set(schema["properties"]), f"{message.name}: the schema does not name every member"
            for what, wrong in damaged(schema, body):
                checks += 1
                if validator.is_valid(wrong):
                    sys.exit(f"{message.name}, {what}, fits the schema")
    print(f"{checks} checks")
    assert checks > 50


main()
