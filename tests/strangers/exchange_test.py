#!/usr/bin/env python3
"""Clients in other languages and the wire formats, by way of a real broker.

usage: exchange_test.py WIRE_TOOL NODE_MODULES

What wire_tool writes is published, and each client reads it in each format; what each client publishes in each format
wire_tool reads, both asked for that format and recognizing it.
"""

import json
import os
import pathlib
import subprocess
import sys

import pika
from broker import Broker
from events import FORMATS

HERE = pathlib.Path(__file__).parent
PATIENCE_S = 120
COUNT = 3
WHEN_NO_TIME_IS_SAID = "2026-12-24T18:00:00.123Z"


def commands(verb):
    return {
        "pika": [sys.executable, str(HERE / f"pika_{verb}.py")],
        "aio-pika": [sys.executable, str(HERE / f"aio_pika_{verb}.py")],
        "amqplib": ["node", str(HERE / f"amqplib_{verb}.js")],
    }


class Exchange:
    def __init__(self, url, tool, modules):
        self.url, self.tool = url, tool
        self.environment = {**os.environ, "NODE_PATH": modules}
        self.channel = pika.BlockingConnection(pika.URLParameters(url)).channel()
        self.channel.confirm_delivery()
        self.channel.exchange_declare("shop.events", exchange_type="topic", durable=True)
        self.checks = 0

    def check(self, value, expected, what):
        self.checks += 1
        if value != expected:
            raise AssertionError(f"{what}: expected {expected!r}, got {value!r}")

    def queue(self, name):
        self.channel.queue_declare(name, durable=True)
        self.channel.queue_bind(name, "shop.events", "#")
        return name

    def run_client(self, command, style, *more):
        done = subprocess.run([*command, "--url", self.url, "--exchange", "shop.events", "--format", style, "--count",
                               str(COUNT), *more], env=self.environment, capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode != 0:
            raise AssertionError(f"{' '.join(command)} {style}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def use_tool(self, verb, style, lines=()):
        done = subprocess.run([self.tool, verb, style], input="".join(json.dumps(line) + "\n" for line in lines),
                              capture_output=True, text=True, timeout=PATIENCE_S)
        if done.returncode != 0:
            raise AssertionError(f"wire_tool {verb} {style}: {done.stderr}")
        return [json.loads(line) for line in done.stdout.splitlines()]

    def they_read(self, client, command, style):
        what = f"{client} reads {style}"
        [message] = self.use_tool("write", style)
        queue = self.queue(f"to-{client}-{style}")
        for _ in range(COUNT):
            self.channel.basic_publish("shop.events", message["routing_key"], message["body"].encode(),
                                       pika.BasicProperties(delivery_mode=2, headers=message["headers"],
                                                            **message["properties"]), mandatory=True)
        self.channel.queue_unbind(queue, "shop.events", "#")
        events = self.run_client(command, style, "--queue", queue)
        self.check(len(events), COUNT, f"{what}: how many")
        for event in events:
            self.check(event["id"], "01957a2e-8c40-7d31-9f2a-3b5c7d9e1f20", f"{what}: id")
            self.check(event["type"], "orders.order.placed", f"{what}: type")
            self.check(event["data"], {"order_id": "o-17", "customer": "Zoë",
                                       "total": {"amount": 129900, "currency": "EUR"}}, f"{what}: data")
            self.check(event["version"], "1.0" if style == "domain-event" else 1, f"{what}: version")
            self.check(event["source"], "/shop/orders" if style == "cloudevents" else "orders", f"{what}: source")
            self.check(event["tenant_id"], "acme", f"{what}: tenant")
            self.check(event["correlation_id"], "01957a2e-8c3f-7a10-8b11-5c6d7e8f9a0b", f"{what}: correlation")
            self.check(event.get("time", "2026-11-20T12:00:00.000Z"), "2026-11-20T12:00:00.000Z", f"{what}: time")

    def we_read(self, client, command, style):
        what = f"{client} publishes {style}"
        queue = self.queue(f"from-{client}-{style}")
        published = self.run_client(command, style)
        self.channel.queue_unbind(queue, "shop.events", "#")
        messages = [self.take(queue) for _ in range(COUNT)]
        for asked_for in (style, "auto"):
            events = self.use_tool("read", asked_for, messages)
            self.check(len(events), len(published), f"{what}: how many")
            for number, (event, sent) in enumerate(zip(events, published)):
                self.check(event["id"], sent["id"], f"{what}: id")
                self.check(event["type"], sent["type"], f"{what}: type")
                self.check(json.loads(event["data"]), sent["data"], f"{what}: data")
                self.check(event["version"], 1, f"{what}: version")
                self.check(event["correlation_id"], "correlation-1", f"{what}: correlation")
                if "aggregate" in style:
                    self.check(event["key"], str(number), f"{what}: key")
                else:
                    self.check(event["tenant_id"], "tenant-1", f"{what}: tenant")
                if style != "bare":
                    self.check(event["time"] != WHEN_NO_TIME_IS_SAID, True, f"{what}: the time is the event's")

    def take(self, queue):
        method, properties, body = self.channel.basic_get(queue, auto_ack=True)
        names = ("message_id", "type", "content_type", "content_encoding", "correlation_id", "app_id", "timestamp")
        held = {name: getattr(properties, name) for name in names}
        return {"routing_key": method.routing_key, "body": body.decode(),
                "properties": {name: value for name, value in held.items() if value is not None},
                "headers": properties.headers or {}}


def main():
    tool, modules = sys.argv[1:3]
    with Broker() as broker:
        exchange = Exchange(broker.url, tool, modules)
        for style in FORMATS:
            for client, command in commands("read").items():
                exchange.they_read(client, command, style)
            for client, command in commands("publish").items():
                exchange.we_read(client, command, style)
        print(f"{exchange.checks} checks")


main()
