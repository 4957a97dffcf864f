'use strict';
// Publishes events with amqplib, persistent and confirmed, and prints each as a line of JSON.

const amqp = require('amqplib');
const { options, make, say } = require('./events.js');

async function main() {
  const wanted = options({ type: 'speaker.onboarded', 'routing-key': '', data: '' });
  const connection = await amqp.connect(wanted.url);
  const channel = await connection.createConfirmChannel();
  await channel.assertExchange(wanted.exchange, 'topic', { durable: true });
  for (let number = 0; number < wanted.count; ++number) {
    const event = make(wanted.format, wanted.type, number, wanted.data);
    const content = Buffer.from(event.text ?? JSON.stringify(event.body));
    channel.publish(wanted.exchange, wanted['routing-key'] || wanted.type, content, { persistent: true, ...event.properties });
    await channel.waitForConfirms();
    say({ id: event.id, type: wanted.type, data: event.data });
  }
  await connection.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
