'use strict';
// amqplib_publish.js PORT VHOST EXCHANGE WINDOW MESSAGE: publishes as many as each line of its input says, persistent and
// mandatory, WINDOW unconfirmed ones at most; answers with seconds and seconds of the processor.

const fs = require('fs');
const readline = require('readline');
const amqp = require('amqplib');

function publish(channel, exchange, message, window, count) {
  const content = Buffer.from(message.body);
  const properties = {
    persistent: true, mandatory: true, messageId: message.message_id, type: message.type,
    contentType: message.content_type, contentEncoding: message.content_encoding,
    correlationId: message.correlation_id, appId: message.app_id, timestamp: message.timestamp,
    headers: { ...message.headers, version: 1 },
  };
  return new Promise((resolve, reject) => {
    let sent = 0;
    let open = 0;
    let room = true;
    const confirmed = (error) => {
      if (error) return reject(error);
      --open;
      if (sent === count && open === 0) return resolve();
      more();
    };
    const more = () => {
      while (room && sent < count && open < window) {
        ++sent;
        ++open;
        room = channel.publish(exchange, message.routing_key, content, properties, confirmed);
      }
    };
    channel.removeAllListeners('drain');
    channel.on('drain', () => {
      room = true;
      more();
    });
    more();
  });
}

async function main() {
  const [port, vhost, exchange, window, file] = process.argv.slice(2);
  const message = JSON.parse(fs.readFileSync(file, 'utf8'));
  const connection = await amqp.connect(`amqp://guest:guest@127.0.0.1:${port}/${vhost}?heartbeat=0`, { noDelay: true });
  const channel = await connection.createConfirmChannel();
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const begin = process.hrtime.bigint();
    const cpu = process.cpuUsage();
    await publish(channel, exchange, message, Number(window), Number(line));
    const used = process.cpuUsage(cpu);
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9;
    process.stdout.write(`${seconds} ${(used.user + used.system) / 1e6}\n`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
