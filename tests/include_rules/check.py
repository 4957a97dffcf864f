#!/usr/bin/env python3
"""check.py [root]: finds every include that goes against the arrows between the rooms, prints it as file:line with the
rule that it breaks, and fails if there is one."""

import pathlib
import re
import sys
from dataclasses import dataclass

# Whose api a room of the framework may include, besides its own. Modules and the application have rules of their own.
ARROWS = {
    "core": [],
    "store": ["core"],
    "bridge": ["core", "store"],
    "rabbitmq": ["core", "bridge"],
    "ops": ["core", "store"],
    "testing": ["core", "store", "bridge"],
}
MODULES_INCLUDE = ["core", "store"]
EVENT_HEADER = "ashlar/event.hpp"

# An api shows others' types only where they make an event one line; whoever wants to print with fmt opts in.
API_THIRD_PARTY = re.compile(r"boost/(describe|mp11)(/|\.hpp$)")
API_EXCEPTIONS = {("framework/core/api/ashlar/format.hpp", "fmt")}
STANDARD = re.compile(r"[a-z_0-9]+$")

# Core knows neither disk nor network.
NOT_IN_CORE = re.compile(r"(sqlite3|httplib|netdb|zmq|amqp\w*)\.h$|(CLI|curl|arpa|netinet|openssl|boost/asio|boost/beast)/|"
                         r"sys/(socket|un)\.h$")

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


@dataclass(frozen=True)
class Place:
    kind: str  # room, module or app
    name: str
    door: str  # api or src

    def __str__(self):
        folder = {"room": "framework/", "module": "modules/", "app": ""}[self.kind]
        return f"{folder}{self.name}/{self.door}"


def place_of(path, root):
    parts = path.relative_to(root).parts
    if parts[0] == "app":
        return Place("app", "app", "src")
    if parts[0] in ("framework", "modules") and len(parts) > 3 and parts[2] in ("api", "src"):
        return Place("room" if parts[0] == "framework" else "module", parts[1], parts[2])
    return None


def named_modules(root):
    """For each module the ones that its ashlar_module call names."""
    named = {}
    for lists in root.glob("modules/*/CMakeLists.txt"):
        text = re.sub(r"#.*", "", lists.read_text(encoding="utf-8"))
        call = re.search(r"\bashlar_module\s*\(([^)]*)\)", text)
        names, keyword = set(), None
        for word in call.group(1).split()[1:] if call else []:
            if word in ("SERVICES", "EVENTS", "LINK"):
                keyword = word
            elif keyword in ("SERVICES", "EVENTS"):
                names.add(word)
        named[lists.parent.name] = names
    return named


class Tree:
    def __init__(self, root):
        self.root = root
        self.named = named_modules(root)
        self.doors = {}
        for folder in sorted([*root.glob("framework/*/*"), *root.glob("modules/*/*")]):
            if folder.is_dir() and folder.name in ("api", "src"):
                self.doors[place_of(folder / "file", root)] = folder
        self.doors[Place("app", "app", "src")] = root / "app" / "src"

    def sources(self):
        for top in ("framework", "modules", "app"):
            for path in sorted((self.root / top).rglob("*")):
                if path.suffix in (".hpp", ".cpp", ".h", ".ipp") and path.is_file():
                    yield path

    def find(self, included, quote, source, origin):
        """The file of ours that an include names, its own room first; None when it is not ours."""
        if quote == '"' and (source.parent / included).is_file():
            return (source.parent / included).resolve()
        own_first = sorted(self.doors, key=lambda place: (
            (place.kind, place.name) != (origin.kind, origin.name), place.door != "api", str(place)))
        for place in own_first:
            if (self.doors[place] / included).is_file():
                return (self.doors[place] / included).resolve()
        return None

    def broken_rule(self, source):
        """Yields the line number, the include and the rule for every include of `source` that breaks one."""
        origin = place_of(source, self.root)
        if origin is None:
            yield 1, "", "code lives in the api/ or src/ of a room, of a module or of the application"
            return
        if origin.kind == "room" and origin.name not in ARROWS:
            yield 1, "", f"the arrows of framework/{origin.name} are not known: add them to ARROWS in {__file__}"
            return
        for number, line in enumerate(source.read_text(encoding="utf-8").splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            quote, included = match.groups()
            file = self.find(included, quote, source, origin)
            if file is None:
                rule = self.foreign(origin, source, quote, included)
            elif not file.is_relative_to(self.root) or place_of(file, self.root) is None:
                rule = "it leaves the room"
            else:
                rule = self.ours(origin, place_of(file, self.root), included)
            if rule:
                yield number, included, rule

    def foreign(self, origin, source, quote, included):
        if quote == '"':
            return "no such file in this room, and what is not ours is included with <>"
        if origin.kind == "room" and origin.name == "core" and NOT_IN_CORE.match(included):
            return "core knows neither disk nor network"
        if origin.door != "api" or STANDARD.match(included) or API_THIRD_PARTY.match(included):
            return None
        if (source.relative_to(self.root).as_posix(), included.split("/")[0]) in API_EXCEPTIONS:
            return None
        return "an api includes the standard library, Boost.Describe and Boost.Mp11, and nothing else that is not ours"

    def ours(self, origin, target, included):
        if (origin.kind, origin.name) == (target.kind, target.name):
            if origin.door == "api" and target.door == "src":
                return "an api does not include what others may not see, its own src/"
            return None
        if target.door == "src":
            return f"{target} is private to its room: use what its api/ offers, or move what others need there"
        if origin.kind == "app":
            return None
        if target.kind == "module":
            if origin.kind == "room":
                return "the framework knows no module"
            if origin.door == "api":
                return "a module's api stands alone: it includes no other module's"
            if target.name not in self.named.get(origin.name, ()):
                return f"modules/{origin.name}/CMakeLists.txt does not name {target.name} in SERVICES or EVENTS: add it"
            return None
        if origin.kind == "module":
            if origin.door == "api":
                return None if included == EVENT_HEADER else f"of the framework, a module's api includes {EVENT_HEADER} alone"
            if target.name not in MODULES_INCLUDE:
                return f"a module includes the api of {' and '.join(MODULES_INCLUDE)}, not of {target.name}"
            return None
        if target.name not in ARROWS[origin.name]:
            whose = " and ".join(ARROWS[origin.name]) or "no other room"
            return f"{origin.name} includes the api of {whose}, not of {target.name}"
        return None


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parents[2]).resolve()
    tree = Tree(root)
    violations = 0
    sources = list(tree.sources())
    for source in sources:
        for number, included, rule in tree.broken_rule(source):
            print(f"{source.relative_to(root)}:{number}: {included and f'<{included}>: '}{rule}")
            violations += 1
    if not sources:
        print(f"{root}: no source at all, which cannot be meant")
    sys.exit(1 if violations or not sources else 0)


main()
