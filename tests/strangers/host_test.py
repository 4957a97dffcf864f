#!/usr/bin/env python3
"""Clients in other languages and a whole host, by way of a real broker.

usage: host_test.py WIRE_CLIENT HOST CLIENT…, where a client is pika, aio-pika or amqplib

In each format a client publishes orders, the host's handler hears them, and the client reads what the host publishes then.
"""

import json
import subprocess
import sys

from events import FORMATS
from exchange_test import COUNT, PATIENCE_S, command, lines_of

ORDER = {"order_id": "o-17", "customer": "Zoë", "amount": 129900}


def check(value, expected, what):
    if value != expected:
        raise AssertionError(f"{what}: expected {expected!r}, got {value!r}")


def talk(url, host_program, client, style):
    what, exchange = f"{client}, {style}", f"{client}.host.{style}"
    words = ["--url", url, "--exchange", exchange, "--format", style, "--count", str(COUNT)]
    host = subprocess.Popen([host_program, url, exchange, style], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True)
    reader = subprocess.Popen([*command(client, "read"), *words, "--queue", f"{exchange}.shipments", "--bind",
                               "shipping.order.*"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    with host, reader:
        try:
            check(host.stdout.readline(), "ready\n", f"{what}: the host is connected")
            check(reader.stderr.readline(), "ready\n", f"{what}: the queue is bound")
            published = lines_of([*command(client, "publish"), *words, "--type", "orders.order.placed", "--data",
                                  json.dumps(ORDER)])
            output, errors = reader.communicate(timeout=PATIENCE_S)
            check(reader.returncode, 0, f"{what}: {errors}")
            heard, errors = host.communicate(timeout=PATIENCE_S)
            check(host.returncode, 0, f"{what}: {errors}")
        finally:
            host.kill()
            reader.kill()
    heard = [json.loads(line) for line in heard.splitlines()]
    check([order["id"] for order in heard], [event["id"] for event in published], f"{what}: ids of orders")
    for order in heard:
        check({name: order[name] for name in ORDER}, ORDER, f"{what}: the order")
        check(order["ok"], True, f"{what}: it is shipped")
    shipments = [json.loads(line) for line in output.splitlines()]
    check(len(shipments), COUNT, f"{what}: shipments")
    for shipment in shipments:
        check(shipment["type"], "shipping.order.shipped", f"{what}: type")
        check(shipment["data"], {"order_id": "o-17"}, f"{what}: data")


def main():
    wire_client, host_program, *clients = sys.argv[1:]
    url = subprocess.run([wire_client, "url"], stdout=subprocess.PIPE, text=True, timeout=PATIENCE_S, check=True).stdout.strip()
    for client in clients:
        for style in FORMATS:
            talk(url, host_program, client, style)


main()
