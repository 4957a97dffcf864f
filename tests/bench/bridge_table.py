"""Runs the benchmark of the bridge to RabbitMQ beside rabbitmq-c by itself, amqplib and pika, and prints figures, ratios and
bounds.

usage: bridge_table.py ROOT [--build FOLDER] [--quick] [--large] [--only PART]

All talk to one broker, which the benchmark starts, over loopback and in turns; a ratio is the median of those of the turns.
Each publishes the same messages. The bridge's figures contain its log, which writes to the disk that has ROOT/build. CPU is
that of the client. --large lets 1,000,000 events wait for the broker instead of 100,000; --quick is for trying the benchmark.
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile


def measure(root, options):
    build = root / "build/release"
    if "--build" in options:
        at = options.index("--build")
        build = pathlib.Path(options[at + 1]).resolve()
        options = options[:at] + options[at + 2:]
    packages = build / "tests/strangers"
    subprocess.run([sys.executable, root / "tests/strangers/install.py", packages], check=True, stdout=sys.stderr)
    folder = pathlib.Path(tempfile.mkdtemp(dir=root / "build"))
    try:
        output = subprocess.run([build / "tests/bench/bridge_bench", folder, "--node-packages", packages / "node_modules",
                                 *options], check=True, stdout=subprocess.PIPE, text=True).stdout
    finally:
        shutil.rmtree(folder)
    return {name: float(value) for name, value in (line.split() for line in output.splitlines())}


class Table:
    def __init__(self, figures):
        self.f = figures
        self.rows = []

    def add(self, what, own, beside, ratio, bound, holds=True):
        self.rows.append((what, own, beside, ratio, bound, "yes" if holds else "NO"))

    def rate(self, name):
        return f"{self.f[name]:,.0f} a second, {self.f[name + '_cpu_us']:.1f} µs CPU each"

    # Rows whose figures were not measured are left out (--only).
    def against(self, what, own, rival_text, rival, least=None):
        if own not in self.f or rival not in self.f:
            return
        ratio = self.f[f"{own}/{rival}"]
        self.add(what, self.rate(own), f"{rival_text}: {self.rate(rival)}", f"{ratio:.2f}",
                 f"at least {least}" if least else "(stated)", least is None or ratio >= least)

    def cpu_against(self, own, rival_text, rival, most_text, most):
        if own not in self.f or rival not in self.f:
            return
        ratio = self.f[f"{own}/{rival}_cpu"]
        self.add("its CPU for each event", f"{self.f[own + '_cpu_us']:.1f} µs",
                 f"{rival_text}: {self.f[rival + '_cpu_us']:.1f} µs", f"{ratio:.2f}", most_text, ratio <= most)


def fill(table):
    f = table.f
    for queue in ("quorum", "classic"):
        for window in ("256", "1000"):
            end = f"_{queue}_{window}"
            own = "publish" + end
            what = f"publishing from the log, {queue} queue, window {int(window):,}"
            is_quorum = queue == "quorum"
            table.against(what, own, "rabbitmq-c, no log", "raw_publish" + end, 0.9)
            table.against("the same", own, "amqplib, no log", "amqplib" + end, 1.3 if is_quorum else None)
            if is_quorum:
                table.cpu_against(own, "amqplib", "amqplib" + end, "at most a third", 1 / 3)
                table.against("the same", own, "pika, no log", "pika" + end, 4)
                # How far a client gets at all before the broker, on the same processors, is the limit.
                for rival in ("amqplib", "pika"):
                    table.against(f"for comparison: rabbitmq-c, no log, window {int(window):,}", "raw_publish" + end, rival,
                                  rival + end)
    for queue in ("quorum", "classic"):
        end = f"_{queue}"
        table.against(f"consuming, {queue} queue, prefetch 1,000", "consume" + end, "rabbitmq-c", "raw_consume" + end, 0.9)
        if "bring_in" + end in f:
            # From a classic queue the broker itself delivers fewer.
            bounded = queue == "quorum"
            table.add("the same into the log, duplicates recognized", table.rate("bring_in" + end), "", "",
                      "at least 40,000" if bounded else "(stated)", not bounded or f["bring_in" + end] >= 40_000)
    if "way_p50_us" in f:
        table.add("from publish() in one process to a handler in another", f"p50 {f['way_p50_us']:,.0f} µs",
                  f"p99 {f['way_p99_us']:,.0f} µs", "", "(stated)")
    if "backlog" in f:
        growth, ratio = f["backlog_memory_growth_mb"], f["backlog/raw_backlog"]
        what = f"{int(f['backlog_events']):,} events that waited for the broker go out"
        table.add(what, table.rate("backlog"), f"rabbitmq-c, no log: {f['raw_backlog']:,.0f} a second",
                  f"{ratio:.2f}", "at least 0.8", ratio >= 0.8)
        table.add("memory grows meanwhile by", f"{max(growth, 0):.0f} MB", "", "", "constant: at most 64 MB", growth <= 64)


def main():
    root = pathlib.Path(sys.argv[1]).resolve()
    table = Table(measure(root, sys.argv[2:]))
    fill(table)
    print(f"A message is {table.f['message_bytes']:.0f} bytes, of which the event is {table.f['event_bytes']:.0f}.\n")
    head = ("what", "Ashlar", "beside", "ratio", "bound", "held")
    for row in (head, tuple("---" for _ in head), *table.rows):
        print("| " + " | ".join(row) + " |")
    return 0 if all(row[-1] == "yes" for row in table.rows) else 1


if __name__ == "__main__":
    sys.exit(main())
