#!/usr/bin/env python3
"""Clients in other languages and the bridge's side, by way of a real broker.

usage: exchange_test.py WIRE_CLIENT CLIENT…, where a client is pika, aio-pika or amqplib

What wire_client publishes each client reads, in each format; what each client publishes in each format wire_client reads, both
asked for that format and recognizing it.
"""

import json
import pathlib
import subprocess
import sys

from events import FORMATS

HERE = pathlib.Path(__file__).parent
PATIENCE_S = 120
COUNT = 3
NOW = "2026-12-24T18:00:00.123Z"  # wire_client's, where a message says no time


def command(client, verb):
    if client == "amqplib":
        return ["node", str(HERE / f"amqplib_{verb}.js")]
    return [sys.executable, str(HERE / f"{client.replace('-', '_')}_{verb}.py")]


def lines_of(words):
    done = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE_S)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(words)}: {done.stderr}")
    return [json.loads(line) for line in done.stdout.splitlines()]


class Exchange:
    def __init__(self, tool):
        self.tool = tool
        self.url = subprocess.run([tool, "url"], stdout=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=True).stdout.strip()
        self.checks = 0

    def check(self, value, expected, what):
        self.checks += 1
        if value != expected:
            raise AssertionError(f"{what}: expected {expected!r}, got {value!r}")

    def run_client(self, client, verb, exchange, queue, style):
        return lines_of([*command(client, verb), "--url", self.url, "--exchange", exchange, "--queue", queue, "--format", style,
                         "--count", str(COUNT)])

    def they_read(self, client, style):
        what, exchange = f"{client} reads {style}", f"{client}.reads.{style}"
        published = lines_of([self.tool, "publish", self.url, exchange, exchange, style, str(COUNT)])
        events = self.run_client(client, "read", exchange, exchange, style)
        self.check([event["id"] for event in events], [event["id"] for event in published], f"{what}: ids")
        for event in events:
            self.check(event["type"], "orders.order.placed", f"{what}: type")
            self.check(event["data"], {"order_id": "o-17", "customer": "Zoë",
                                       "total": {"amount": 129900, "currency": "EUR"}}, f"{what}: data")
            self.check(event["version"], "1.0" if style == "domain-event" else 1, f"{what}: version")
            self.check(event["source"], "/shop/orders" if style == "cloudevents" else "orders", f"{what}: source")
            self.check(event["tenant_id"], "acme", f"{what}: tenant")
            self.check(event["correlation_id"], "01957a2e-8c3f-7a10-8b11-5c6d7e8f9a0b", f"{what}: correlation")
            self.check(event.get("key", "o-17"), "o-17", f"{what}: key")
            if style != "bare":
                self.check(event["time"], "2026-11-20T12:00:00.000Z", f"{what}: time")

    def they_bind(self, client, style):
        """The queue is the client's own, and bound before anything is published."""
        what, exchange = f"{client} binds", f"{client}.binds.{style}"
        words = [*command(client, "read"), "--url", self.url, "--exchange", exchange, "--queue", f"{client}.own", "--format", style,
                 "--count", str(COUNT), "--bind", "orders.*.placed", "--bind", "speaker.#"]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reader:
            try:
                self.check(reader.stderr.readline(), "ready\n", f"{what}: the queue is bound")
                published = lines_of([self.tool, "publish", self.url, exchange, f"{client}.other", style, str(COUNT)])
                output, errors = reader.communicate(timeout=PATIENCE_S)
            finally:
                reader.kill()
        self.check(reader.returncode, 0, f"{what}: {errors}")
        ids = [json.loads(line)["id"] for line in output.splitlines()]
        self.check(ids, [event["id"] for event in published], f"{what}: ids")

    def we_read(self, client, style):
        what, exchange = f"{client} publishes {style}", f"{client}.publishes.{style}"
        words = [self.tool, "consume", self.url, exchange, exchange, style, str(COUNT)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as consumer:
            try:
                self.check(consumer.stdout.readline(), "ready\n", f"{what}: the queue is bound")
                published = self.run_client(client, "publish", exchange, exchange, style)
                output, errors = consumer.communicate(timeout=PATIENCE_S)
            finally:
                consumer.kill()
        self.check(consumer.returncode, 0, f"{what}: {errors}")
        events = [json.loads(line) for line in output.splitlines()]
        self.check([event["id"] for event in events], [event["id"] for event in published], f"{what}: ids")
        for number, (event, sent) in enumerate(zip(events, published)):
            self.check(event["type"], sent["type"], f"{what}: type")
            self.check(json.loads(event["data"]), sent["data"], f"{what}: data")
            self.check(event["version"], 1, f"{what}: version")
            self.check(event["correlation_id"], "correlation-1", f"{what}: correlation")
            if "aggregate" in style:
                self.check(event["key"], str(number), f"{what}: key")
            else:
                self.check(event["tenant_id"], "tenant-1", f"{what}: tenant")
            self.check(event["time"] == NOW, style == "bare", f"{what}: only bare data have no time")


def main():
    exchange = Exchange(sys.argv[1])
    for client in sys.argv[2:]:
        for style in FORMATS:
            exchange.they_read(client, style)
            exchange.we_read(client, style)
        exchange.they_bind(client, "domain-event")
    print(f"{exchange.checks} checks")


if __name__ == "__main__":
    main()
