#!/usr/bin/env python3
"""Publishes events with aio-pika, persistent and confirmed, and prints each as a line of JSON."""

import asyncio
import json

import aio_pika
import events


async def main():
    options = events.publisher(__doc__).parse_args()
    connection = await aio_pika.connect_robust(options.url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        exchange = await channel.declare_exchange(options.exchange, aio_pika.ExchangeType.TOPIC, durable=True)
        for number in range(options.count):
            event_id, data, body, properties, headers = events.make(options.format, options.type, number, options.data)
            message = aio_pika.Message(json.dumps(body).encode(), delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                                       headers=headers, **properties)
            await exchange.publish(message, routing_key=options.routing_key or options.type)
            events.say(id=event_id, type=options.type, data=data)


asyncio.run(main())
