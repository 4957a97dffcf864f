'use strict';
// schemas_test.js ROOT: the messages of tests/bridge/messages fit docs/schemas, as ajv reads them in its strict mode, and those
// in the format cloudevents are events for the CloudEvents library.

const fs = require('fs');
const path = require('path');
const assert = require('assert');
const Ajv = require('ajv');
const addFormats = require('ajv-formats');
const { HTTP } = require('cloudevents');

const root = process.argv[2];
const json = (...names) => JSON.parse(fs.readFileSync(path.join(root, ...names), 'utf8'));

const ajv = addFormats(new Ajv({ strict: true, allErrors: true }));
let checks = 0;

for (const file of fs.readdirSync(path.join(root, 'docs/schemas'))) {
  const schema = json('docs/schemas', file);
  const validate = ajv.compile(schema);
  const format = path.basename(file, '.json');
  for (const message of [`${format}.json`, `${format}.least.json`]) {
    const { body } = json('tests/bridge/messages', message);
    assert(validate(body), `${message}: ${ajv.errorsText(validate.errors)}`);
    for (const name of schema.required) {
      const { [name]: taken, ...without } = body;
      assert(taken !== undefined && !validate(without), `${message} without ${name} fits the schema`);
      checks += 1;
    }
  }
}

for (const name of ['cloudevents.json', 'cloudevents.least.json']) {
  const { properties, body } = json('tests/bridge/messages', name);
  const event = HTTP.toEvent({ headers: { 'content-type': properties.content_type }, body: JSON.stringify(body) });
  assert(event.validate());
  for (const member of ['specversion', 'id', 'source', 'type', 'time', 'subject', 'datacontenttype', 'dataversion',
    'correlationid', 'causationid', 'tenantid', 'userid', 'data']) {
    assert.deepStrictEqual(event[member], body[member], `${name}: ${member}`);
    checks += 1;
  }
}

assert(checks > 50);
console.log(`${checks} checks`);
