#!/usr/bin/env python3
"""pika_publish.py PORT VHOST EXCHANGE WINDOW MESSAGE: publishes as many as each line of its input says, persistent and
mandatory, WINDOW unconfirmed ones at most, with the asynchronous connection, which is pika's fastest; answers with seconds and
seconds of the processor."""

import json
import sys
import time

import pika


class Publisher:
    def __init__(self, port, vhost, exchange, window, message):
        self.exchange, self.window = exchange, window
        self.routing_key, self.body = message["routing_key"], message["body"].encode()
        self.properties = pika.BasicProperties(
            delivery_mode=2, message_id=message["message_id"], type=message["type"], content_type=message["content_type"],
            content_encoding=message["content_encoding"], correlation_id=message["correlation_id"],
            app_id=message["app_id"], timestamp=message["timestamp"], headers={**message["headers"], "version": 1})
        # Of this connection; tags count on from turn to turn.
        self.sent = self.confirmed = self.end = 0
        self.unordered = set()
        self.connection = pika.SelectConnection(
            pika.ConnectionParameters("127.0.0.1", port, vhost, heartbeat=0),
            on_open_callback=lambda connection: connection.channel(on_open_callback=self.opened))

    def opened(self, channel):
        self.channel = channel
        channel.confirm_delivery(self.on_confirm, lambda frame: self.next_turn())

    def next_turn(self):
        line = sys.stdin.readline()
        if not line:
            self.connection.ioloop.stop()
            return
        self.end += int(line)
        self.begin, self.cpu = time.monotonic(), time.process_time()
        self.publish_some()

    def publish_some(self):
        publish = self.channel.basic_publish
        while self.sent < self.end and self.sent - self.confirmed < self.window:
            publish(self.exchange, self.routing_key, self.body, self.properties, mandatory=True)
            self.sent += 1

    def on_confirm(self, frame):
        method = frame.method
        if isinstance(method, pika.spec.Basic.Nack):
            raise SystemExit("a message was not confirmed")
        if method.multiple:
            self.confirmed = max(self.confirmed, method.delivery_tag)
        else:
            self.unordered.add(method.delivery_tag)
        while self.confirmed + 1 in self.unordered:
            self.unordered.remove(self.confirmed + 1)
            self.confirmed += 1
        if self.confirmed == self.end:
            print(time.monotonic() - self.begin, time.process_time() - self.cpu, flush=True)
            self.unordered.clear()
            self.next_turn()
        else:
            self.publish_some()


def main():
    port, vhost, exchange, window, file = sys.argv[1:]
    with open(file, encoding="utf-8") as message:
        publisher = Publisher(int(port), vhost, exchange, int(window), json.load(message))
    publisher.connection.ioloop.start()


main()
