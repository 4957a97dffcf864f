"""Runs the benchmark of the durable log beside raw SQLite and NATS JetStream, and prints figures, ratios and bounds.

usage: log_table.py ROOT [--large]

JetStream is asked over loopback by its C client, the log in its own process; JetStream acknowledges before the disk has the
event. All write to the disk that has ROOT/build, in turns of a third of a second; a ratio is the median of
those of the turns. --large fills the log with 10,000,000 events instead of 1,000,000.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import time


class JetStream:
    """A server on a free port, with a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.process = subprocess.Popen(
            ["nats-server", "-js", "-sd", str(folder / "jetstream"), "-a", "127.0.0.1", "-p", "-1", "--ports_file_dir",
             str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def port(self):
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            for file in self.folder.glob("nats-server_*.ports"):
                text = file.read_text()
                if "127.0.0.1:" in text:
                    return text.split("127.0.0.1:")[1].split('"')[0]
            time.sleep(0.05)
        raise SystemExit("nats-server does not start")

    def stop(self):
        self.process.terminate()
        self.process.wait()


def measure(root, options):
    folder = pathlib.Path(tempfile.mkdtemp(dir=root / "build"))
    server = JetStream(folder)
    try:
        output = subprocess.run([root / "build/release/tests/bench/log_bench", folder / "log", "--nats", server.port(),
                                 *options], check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        server.stop()
        shutil.rmtree(folder)
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


def main():
    root = pathlib.Path(sys.argv[1])
    f = measure(root, sys.argv[2:])
    rows = []

    def add(what, own, beside, ratio, bound, holds=True):
        rows.append((what, own, beside, ratio, bound, "yes" if holds else "NO"))

    def rate(name):
        return f"{f[name]:,.0f} a second"

    def against(what, own, rival_text, rival, least, bound=None):
        ratio = f[f"{own}/{rival}"]
        add(what, rate(own), f"{rival_text} {rate(rival)}", f"{ratio:.2f}", bound or f"at least {least}", ratio >= least)

    against("durable publish, one at a time", "one_full", "raw SQLite, one row a commit", "raw_one_full", 0.9)
    many = max(("threads_64_full", "async_full"), key=lambda name: f[name])
    against("durable publish, thousands in flight", many, "raw SQLite, 1,000 rows a commit", "raw_1000_full", 0.6)
    against("the same", many, "JetStream, asynchronous, no sync", "jetstream_async", 1.2)
    add("durable publish, 64 publishers", rate("threads_64_full"), "", "", "(stated)")
    against("publish that survives kill -9, one at a time", "one_normal", "JetStream, synchronous, no sync", "jetstream_one", 4)
    against("the same", "one_normal", "raw SQLite, one row a commit", "raw_one_normal", 0, "(stated)")
    ratio = f["consume_batches_full"] / f["jetstream_pull_100"]
    add("consuming with acks, batches of 100", rate("consume_batches_full"),
        f"JetStream, pull, 100 {rate('jetstream_pull_100')}", f"{ratio:.2f}", "at least 2", ratio >= 2)
    add("the same, a lone worker", rate("consume_batches_full"), "", "", "at least 150,000", f["consume_batches_full"] >= 150_000)
    add("consuming, events decoded, handled one by one", rate("consume_typed_full"), "", "", "(stated)")
    for kind, text in (("full", "durable"), ("normal", "survives kill -9")):
        add(f"from publish to handler finished, {text}", f"p50 {f[f'way_{kind}_p50_us']:,.0f} µs",
            f"p99 {f[f'way_{kind}_p99_us']:,.0f} µs, p99.9 {f[f'way_{kind}_p999_us']:,.0f} µs", "", "(stated)")
    cost = 1 - f["raw_1000_ids/raw_1000_no_ids"]
    add("an index that finds duplicates by id, in raw SQLite", rate("raw_1000_ids"),
        f"without {rate('raw_1000_no_ids')}", f"-{cost:.0%}", "at most -33 %", cost <= 1 / 3)
    against("durable publish with 50 consumers of other events", "one_full_50_consumers", "none", "one_full_no_consumer", 0.95,
            "nothing measurable: at least 0.95")
    events = int(f["backlog_events"])
    against(f"publishing behind {events:,} stored events", "append_at_end", "behind 1,000", "append_at_1000", 0.8,
            "flat: at least 0.8")
    add(f"a backlog of {events:,} events drains", rate("backlog_rate"),
        f"memory grows by {max(f['backlog_memory_growth_mb'], 0):.0f} MB", "", "constant: at most 64 MB",
        f["backlog_memory_growth_mb"] <= 64)
    add("one fsync of 4 KiB", f"{1e6 / f['fsyncs']:,.0f} µs", "", "", "(stated)")

    head = ("what", "Ashlar", "beside", "ratio", "bound", "held")
    for row in (head, tuple("---" for _ in head), *rows):
        print("| " + " | ".join(row) + " |")
    return 0 if all(row[-1] == "yes" for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
