"""Runs the benchmarks and prints figures and ratios, each with the bound that it is held to.

usage: table.py ROOT

Rivals run in one process and interleaved, so that a noisy moment meets all of them; each figure is the lowest of the
repetitions, because noise only ever adds.
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time

REPETITIONS = 15


def run(executable, *options):
    """The lowest time of every benchmark of `executable`, by name, with its counters."""
    command = [executable, "--benchmark_format=json", f"--benchmark_repetitions={REPETITIONS}",
               "--benchmark_enable_random_interleaving=true", *options]
    output = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    best = {}
    for result in json.loads(output)["benchmarks"]:
        if result.get("run_type") != "iteration":
            continue
        name = result["run_name"].replace("/real_time", "")
        if name not in best or result["real_time"] < best[name]["real_time"]:
            best[name] = result
    return best


def compile_seconds(root, source):
    command = ["g++", "-std=c++20", "-O2", f"-I{root}/framework/core/api", "-c", "-o", "/dev/null", source]
    start = time.perf_counter()
    subprocess.run(command, check=True)
    return time.perf_counter() - start


def compile_times(root):
    folder = root / "tests/bench/compile_time"
    best = {"events_and_bus": float("inf"), "signals2": float("inf")}
    for _ in range(7):
        for name in best:
            best[name] = min(best[name], compile_seconds(root, folder / f"{name}.cpp"))
    return best


def shop_compile_seconds(build):
    """CPU time of compiling the shop's modules and application, one file after the other, with no cache."""
    commands = json.loads(subprocess.run(["ninja", "-C", build, "-t", "compdb"], check=True,
                                         stdout=subprocess.PIPE).stdout)
    files = 0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    for entry in commands:
        part = pathlib.Path(entry["file"]).parts
        own = ("modules" in part or "app" in part) and "tests" not in part and "generated" not in part
        if not own or not entry["file"].endswith(".cpp") or " -c " not in entry["command"]:
            continue
        command = entry["command"].split(" && ")[-1]
        subprocess.run(["bash", "-c", command], check=True, cwd=entry["directory"],
                       env={**os.environ, "CCACHE_DISABLE": "1"})
        files += 1
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return files, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


class Table:
    def __init__(self):
        self.rows = []

    def add(self, what, figure, beside, ratio, bound, holds):
        self.rows.append((what, figure, beside, ratio, bound, "yes" if holds else "NO"))

    def print(self):
        head = ("what", "Ashlar", "beside", "ratio", "bound", "held")
        rows = [head, tuple("---" for _ in head), *self.rows]
        for row in rows:
            print("| " + " | ".join(row) + " |")


def nanoseconds(value):
    return f"{value:.1f} ns"


def main():
    root = pathlib.Path(sys.argv[1])
    binaries = root / "build/release/tests/bench"
    table = Table()

    times = {name: result["real_time"] for name, result in run(binaries / "publish_bench",
                                                               "--benchmark_min_time=0.05").items()}
    for handlers, bound in ((10, 1.3), (100, 1.15)):
        own, loop = times[f"publish/{handlers}"], times[f"loop_of_calls/{handlers}"]
        table.add(f"publish, {handlers} handlers", nanoseconds(own), f"hand-written loop {nanoseconds(loop)}",
                  f"{own / loop:.2f}", f"at most {bound}", own / loop <= bound)
    own, loop = times["publish/1"], times["loop_of_calls/1"]
    table.add("publish, 1 handler", nanoseconds(own), f"hand-written loop {nanoseconds(loop)}",
              f"{own - loop:+.1f} ns", "at most +6 ns", own - loop <= 6)
    own = times["publish/10"]
    rival = times["boost_signals2/10"]
    table.add("publish, 10 handlers", nanoseconds(own), f"Boost.Signals2, isolating {nanoseconds(rival)}",
              f"{rival / own:.1f} times faster", "at least 7", rival / own >= 7)
    rival = times["libsigcpp3/10"]
    table.add("publish, 10 handlers", nanoseconds(own), f"libsigc++ 3, not isolating {nanoseconds(rival)}",
              f"{rival / own:.2f} times faster", "more than 1", rival / own > 1)
    own, plain = times["publish_reading_id_and_time/1"], times["publish/1"]
    table.add("a handler that reads id and time", nanoseconds(own), f"one that does not {nanoseconds(plain)}",
              f"{own - plain:+.1f} ns", "at most +120 ns", own - plain <= 120)
    none = times["publish_through_middleware/0"]
    for count, what in ((1, "one middleware"), (3, "three")):
        own = times[f"publish_through_middleware/{count}"]
        table.add(f"publish, 10 handlers, {what} around each", nanoseconds(own), f"none {nanoseconds(none)}",
                  f"{own / none:.2f}, {(own - none) / 10 / count:+.1f} ns a call", "(stated)", True)
    one, two = times["publish_from_threads/threads:1"], times["publish_from_threads/threads:2"]
    table.add("publishing from 2 threads, 10 handlers", nanoseconds(two), f"from 1 thread {nanoseconds(one)}",
              f"{one / two:.2f} times the events", "at least 1.8", one / two >= 1.8)

    types = {name: result["real_time"] for name, result in run(binaries / "event_types_bench",
                                                               "--benchmark_min_time=0.02").items()}
    one = types["one_of_many_types/1"]
    for count in (100, 10_000):
        many = types[f"one_of_many_types/{count}"]
        table.add(f"publish, 1 handler, one of {count:,} event types", nanoseconds(many),
                  f"the only type {nanoseconds(one)}", f"{many / one:.2f}", "flat: at most 1.2", many / one <= 1.2)
    many = types["all_types_in_turn/10000"]
    table.add("publish, 10,000 event types in turn", nanoseconds(many), f"the only type {nanoseconds(one)}",
              f"{many / one:.2f}", "(caches)", True)

    starts = run(binaries / "start_bench", "--benchmark_min_time=0.02")
    large, small = starts["start_host/1000"], starts["start_host/100"]
    table.add("start of 1,000 modules, 10,000 handlers", f"{large['real_time']:.1f} ms", "", "", "under 50 ms",
              large["real_time"] < 50)
    growth = large["real_time"] / small["real_time"]
    table.add("the same", f"{large['real_time']:.1f} ms", f"100 modules, 1,000 handlers {small['real_time']:.2f} ms",
              f"{growth:.1f} for 10 times as many", "linear: at most 15", growth <= 15)
    table.add("memory of a handler, its module's share included", f"{large['bytes_per_handler']:.0f} bytes", "", "",
              "(stated)", True)

    alone = starts["start_and_stop_test_host"]["real_time"]
    table.add("a module alone in a test: start and stop", f"{alone:.2f} ms", "", "", "under 10 ms", alone < 10)

    seconds = compile_times(root)
    own, rival = seconds["events_and_bus"], seconds["signals2"]
    table.add("compiling a file with an event and the bus", f"{own:.2f} s", f"with Boost.Signals2 {rival:.2f} s",
              f"{own / rival:.2f}", "at most 0.6", own / rival <= 0.6)

    files, shop_seconds = shop_compile_seconds(root / "build/release")
    table.add(f"compiling the shop: 8 modules and its main, {files} files", f"{shop_seconds:.0f} s CPU", "", "",
              "(stated)", True)
    size = (root / "build/release/app/shop").stat().st_size
    table.add("the executable shop, framework included", f"{size / 1e6:.1f} MB", "", "", "(stated)", True)

    table.print()
    return 0 if all(row[-1] == "yes" for row in table.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
