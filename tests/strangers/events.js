'use strict';
// Events as services in TypeScript build and read them, each format as its own project documents it.

const { randomUUID } = require('crypto');

const FORMATS = ['domain-event', 'aggregate', 'aggregate-camel', 'bare', 'cloudevents'];

// `--name value` pairs; an option of `repeated` becomes a list.
function options(defaults, repeated = []) {
  const known = { url: '', exchange: '', queue: '', format: '', count: '1', timeout: '30', ...defaults };
  const words = process.argv.slice(2);
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i].replace(/^--/, '');
    if (!(name in known) || i + 1 === words.length) throw new Error(`${words[i]}: not known, or without a value`);
    if (repeated.includes(name)) known[name] = [...known[name], words[i + 1]];
    else known[name] = words[i + 1];
  }
  if (!known.url || !FORMATS.includes(known.format)) throw new Error(`--url and --format ${FORMATS.join('|')} are needed`);
  return { ...known, count: Number(known.count), timeout: Number(known.timeout) };
}

// The event's id, its data, the body, and what goes into the message beside it.
function make(style, type, number, givenData) {
  const id = randomUUID();
  const timestamp = new Date().toISOString();
  const data = givenData ? JSON.parse(givenData) : { speaker_id: String(number), name: 'Zoë', amount: 12.5 };
  const correlationId = 'correlation-1';
  switch (style) {
    case 'domain-event': {
      const body = { id, type, timestamp, version: '1.0', source: 'node-service', correlationId, organizationId: 'tenant-1',
        userId: undefined, data };
      return { id, data, body, properties: { contentType: 'application/json', type, messageId: id } };
    }
    case 'aggregate': {
      const body = { event_id: id, event_type: type, aggregate_id: String(number), aggregate_type: 'Speaker', timestamp,
        version: 1, correlation_id: correlationId, payload: data };
      return { id, data, body, properties: { contentType: 'application/json' } };
    }
    case 'aggregate-camel': {
      const body = { eventId: id, eventType: type, aggregateId: String(number), aggregateType: 'Speaker', timestamp,
        version: 1, correlationId, payload: data };
      return { id, data, body, properties: { contentType: 'application/json', timestamp: Date.now(),
        headers: { eventId: id, eventType: type } } };
    }
    case 'cloudevents': {
      const { CloudEvent, HTTP } = require('cloudevents');
      const event = new CloudEvent({ id, type, source: '/node/speakers', datacontenttype: 'application/json',
        tenantid: 'tenant-1', correlationid: correlationId, data });
      const message = HTTP.structured(event);
      return { id, data, text: message.body, properties: { contentType: 'application/cloudevents+json; charset=utf-8' } };
    }
    default:
      return { id, data, body: data, properties: { contentType: 'application/json', messageId: id, correlationId,
        headers: { 'tenant-id': 'tenant-1' } } };
  }
}

// What a service makes of a message; fails where something that its format promises is missing.
function take(style, message) {
  const text = message.content.toString('utf8');
  const { properties, fields } = message;
  const body = JSON.parse(text);
  switch (style) {
    case 'bare':
      return { id: properties.messageId, type: fields.routingKey, data: body, version: properties.headers.version,
        source: properties.headers.source, correlation_id: properties.correlationId,
        tenant_id: properties.headers['tenant-id'] };
    case 'domain-event':
      return { id: body.id, type: body.type, data: body.data, version: body.version, source: body.source,
        correlation_id: body.correlationId, tenant_id: body.tenantId, time: new Date(body.timestamp).toISOString() };
    case 'cloudevents': {
      const { HTTP } = require('cloudevents');
      const event = HTTP.toEvent({ headers: { 'content-type': properties.contentType }, body: text });
      event.validate();
      return { id: event.id, type: event.type, data: event.data, version: event.dataversion, source: event.source,
        correlation_id: event.correlationid, tenant_id: event.tenantid, time: event.time };
    }
    default: {
      const name = (snake, camel) => body[style === 'aggregate' ? snake : camel];
      const { metadata } = body;
      return { id: name('event_id', 'eventId'), type: name('event_type', 'eventType'), data: body.payload,
        version: body.version, source: metadata.source, key: name('aggregate_id', 'aggregateId'),
        correlation_id: name('correlation_id', 'correlationId'),
        tenant_id: style === 'aggregate' ? metadata.tenant_id : metadata.tenantId,
        time: new Date(body.timestamp).toISOString() };
    }
  }
}

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

module.exports = { options, make, take, say };
