#!/usr/bin/env python3
"""Reads events from a queue with pika, and prints each as a line of JSON. Says on standard error when it is ready."""

import sys

import events
import pika


def main():
    options = events.reader(__doc__).parse_args()
    connection = pika.BlockingConnection(pika.URLParameters(options.url))
    channel = connection.channel()
    if options.bind:
        channel.exchange_declare(options.exchange, exchange_type="topic", durable=True)
        channel.queue_declare(options.queue, durable=True)
        for key in options.bind:
            channel.queue_bind(options.queue, options.exchange, key)
    channel.basic_qos(prefetch_count=10)
    print("ready", file=sys.stderr, flush=True)
    count = 0
    for method, properties, body in channel.consume(options.queue, inactivity_timeout=options.timeout):
        if method is None:
            sys.exit(f"{count} of {options.count} messages came")
        events.say(**events.take(options.format, body, method.routing_key, vars(properties), properties.headers or {}))
        channel.basic_ack(method.delivery_tag)
        count += 1
        if count == options.count:
            break
    channel.cancel()
    connection.close()


main()
