#!/usr/bin/env python3
"""Publishes events with pika, persistent and confirmed, and prints each as a line of JSON."""

import json

import events
import pika


def main():
    options = events.publisher(__doc__).parse_args()
    connection = pika.BlockingConnection(pika.URLParameters(options.url))
    channel = connection.channel()
    channel.confirm_delivery()
    channel.exchange_declare(options.exchange, exchange_type="topic", durable=True)
    for number in range(options.count):
        event_id, data, body, properties, headers = events.make(options.format, options.type, number, options.data)
        channel.basic_publish(options.exchange, options.routing_key or options.type, json.dumps(body).encode(),
                              pika.BasicProperties(delivery_mode=2, headers=headers, **properties), mandatory=True)
        events.say(id=event_id, type=options.type, data=data)
    connection.close()


main()
