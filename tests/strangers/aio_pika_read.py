#!/usr/bin/env python3
"""Reads events from a queue with aio-pika, and prints each as a line of JSON. Says on standard error when it is ready."""

import asyncio
import sys

import aio_pika
import events


async def main():
    options = events.reader(__doc__).parse_args()
    connection = await aio_pika.connect_robust(options.url)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=10)
        if options.bind:
            exchange = await channel.declare_exchange(options.exchange, aio_pika.ExchangeType.TOPIC, durable=True)
            queue = await channel.declare_queue(options.queue, durable=True)
            for key in options.bind:
                await queue.bind(exchange, routing_key=key)
        else:
            queue = await channel.get_queue(options.queue, ensure=True)
        print("ready", file=sys.stderr, flush=True)
        count = 0
        async with queue.iterator(timeout=options.timeout) as messages:
            async for message in messages:
                async with message.process():
                    properties = {name: getattr(message, name) for name in ("message_id", "correlation_id", "content_type")}
                    events.say(**events.take(options.format, message.body, message.routing_key, properties, message.headers))
                count += 1
                if count == options.count:
                    break


asyncio.run(main())
