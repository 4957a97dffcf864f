'use strict';
// Reads events from a queue with amqplib, and prints each as a line of JSON. Says on standard error when it is ready.

const amqp = require('amqplib');
const { options, take, say } = require('./events.js');

async function main() {
  const wanted = options({ bind: [] }, ['bind']);
  const connection = await amqp.connect(wanted.url);
  const channel = await connection.createChannel();
  if (wanted.bind.length !== 0) {
    await channel.assertExchange(wanted.exchange, 'topic', { durable: true });
    await channel.assertQueue(wanted.queue, { durable: true });
    for (const key of wanted.bind) await channel.bindQueue(wanted.queue, wanted.exchange, key);
  }
  await channel.prefetch(10);

  let count = 0;
  await new Promise((resolve, reject) => {
    const late = () => reject(new Error(`${count} of ${wanted.count} messages came`));
    let timer = setTimeout(late, wanted.timeout * 1000);
    const received = (message) => {
      if (message === null || count === wanted.count) return;
      try {
        say(take(wanted.format, message));
      } catch (error) {
        reject(error);
        return;
      }
      channel.ack(message);
      clearTimeout(timer);
      if (++count === wanted.count) resolve();
      else timer = setTimeout(late, wanted.timeout * 1000);
    };
    channel.consume(wanted.queue, received).then(() => console.error('ready'), reject);
  });
  await channel.close();
  await connection.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
