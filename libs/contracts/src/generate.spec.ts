import { describe, expect, it } from 'vitest';
import { asyncApiDocument } from './asyncapi.js';
import { generatedFiles } from './generate.js';
import { JOURNAL_KINDS } from './journal-kinds.js';
import { MESSAGES, TILL_SCHEMAS } from './schema-catalogue.js';
import { CHANNEL_DELIVERY, DOWN_CHANNELS, topicOf, UP_CHANNELS } from './topics.js';

interface Operation {
  action: 'send' | 'receive';
  channel: { $ref: string };
  messages: { $ref: string }[];
  tags: { name: string }[];
  bindings: { mqtt: { qos: number; retain?: boolean; bindingVersion: string } };
}
interface AsyncApi {
  asyncapi: string;
  info: { title: string; version: string };
  channels: Record<string, { address: string; parameters: Record<string, object>; messages: Record<string, { $ref: string }> }>;
  operations: Record<string, Operation>;
  components: { messages: Record<string, { name: string; payload: { $ref: string } }>; schemas: Record<string, object> };
}

/** All references of a document with the value each points at (RFC 6901), `undefined` where it points nowhere. */
function references(document: unknown): Map<string, unknown> {
  const found = new Map<string, unknown>();
  JSON.stringify(document, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') found.set(value, resolve(document, value));
    return value;
  });
  return found;
}

function resolve(document: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined;
  let value = document as Record<string, unknown> | undefined;
  for (const part of reference.slice(2).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~');
    value = value !== undefined && Object.hasOwn(value, name) ? (value[name] as Record<string, unknown>) : undefined;
  }
  return value;
}

const files = generatedFiles();
const parsed = Object.entries(files).map(([path, text]) => ({ path, document: JSON.parse(text) as Record<string, unknown> }));

describe.each(parsed)('$path', ({ document }) => {
  it('refers only to what it contains', () => {
    for (const [reference, target] of references(document)) expect([reference, typeof target]).toEqual([reference, 'object']);
  });
});

describe('JSON Schema files', () => {
  const schemas = parsed.filter(({ path }) => !/\/(asyncapi|openapi)\.json$/.test(path));

  it('name their dialect and themselves, each differently', () => {
    for (const { document } of schemas) expect(document.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
    expect(new Set(schemas.map(({ document }) => document.$id)).size).toBe(schemas.length);
  });

  it('cover every message, signed body, journal kind and the till interface', () => {
    const names = schemas.map(({ path }) => path.replace(/^.*\/(.*)\.json$/, '$1'));
    for (const { name, body } of MESSAGES) expect(names).toEqual(expect.arrayContaining(body ? [name, body.name] : [name]));
    const defs = (name: string) =>
      Object.keys((schemas.find(({ path }) => path.endsWith(`/${name}.json`))?.document.$defs ?? {}) as object);
    expect(defs('journalKinds')).toEqual(expect.arrayContaining(Object.keys(JOURNAL_KINDS)));
    expect(defs('till')).toEqual(expect.arrayContaining(Object.keys(TILL_SCHEMAS)));
  });
});

describe('AsyncAPI document', () => {
  const document = asyncApiDocument() as unknown as AsyncApi;
  const channels = Object.entries(document.channels);

  it('is version 3.0 and says what it is', () => {
    expect(document.asyncapi).toBe('3.0.0');
    expect(document.info.title.length * document.info.version.length).toBeGreaterThan(0);
  });

  it('has every channel under its topic, with exactly the parameters of the topic', () => {
    const topics = [...UP_CHANNELS, ...DOWN_CHANNELS].map((channel) => topicOf({ store: '{store}', gateway: '{gateway}', channel }));
    expect(channels.map(([, channel]) => channel.address).toSorted()).toEqual(topics.toSorted());
    for (const [, { address, parameters }] of channels) {
      expect([...address.matchAll(/\{(\w+)\}/g)].map((match) => match[1])).toEqual(Object.keys(parameters));
    }
  });

  it('lets the gateway send on up channels and core on down channels, with the delivery of the contract', () => {
    for (const { channel } of MESSAGES) {
      const address = topicOf({ store: '{store}', gateway: '{gateway}', channel });
      const key = channels.find(([, { address: other }]) => other === address)?.[0];
      const operations = Object.values(document.operations).filter((operation) => operation.channel.$ref === `#/channels/${key}`);
      const by = Object.fromEntries(operations.map((operation) => [operation.action, operation]));
      const [sender, receiver] = (UP_CHANNELS as readonly string[]).includes(channel) ? ['gateway', 'core'] : ['core', 'gateway'];
      expect([operations.length, by.send?.tags, by.receive?.tags]).toEqual([2, [{ name: sender }], [{ name: receiver }]]);
      expect(by.send?.bindings.mqtt).toEqual({ ...CHANNEL_DELIVERY[channel], bindingVersion: '0.2.0' });
    }
  });

  it('has operations whose messages belong to their channel, as AsyncAPI requires', () => {
    for (const operation of Object.values(document.operations)) {
      for (const { $ref } of operation.messages) expect($ref.startsWith(`${operation.channel.$ref}/messages/`)).toBe(true);
    }
  });

  it('keeps to the names AsyncAPI allows', () => {
    const keys = [document.channels, document.operations, document.components.messages, document.components.schemas].flatMap(Object.keys);
    for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9._-]+$/);
  });
});
