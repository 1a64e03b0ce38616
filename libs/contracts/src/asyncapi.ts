import { z } from 'zod';
import { type JsonObject, reachable, withoutIds } from './json-schema.js';
import { MESSAGES, type MessageContract, registryOf, SHARED_SCHEMAS } from './schema-catalogue.js';
import { CHANNEL_DELIVERY, type Channel, DOWN_CHANNELS, topicOf, UP_CHANNELS } from './topics.js';

const MQTT_BINDING = '0.2.0';
const EVENT_CONTENT_TYPE = 'application/cloudevents+json';

/** The AsyncAPI 3.0 document of the interface between gateways and core: https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function asyncApiDocument(): JsonObject {
  return {
    asyncapi: '3.0.0',
    id: 'urn:app:tillward:mqtt:v1',
    info: {
      title: 'Tillward: gateways and core',
      version: '1.0.0',
      description:
        'Everything a store says to core and core to a store. Payloads are CloudEvents 1.0 in structured JSON mode. What core says is signed: `data.body` is the exact JSON text, its shape is given by `x-signed-body`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      tags: [
        { name: 'gateway', description: 'What the edge agent of a store does' },
        { name: 'core', description: 'What core does, for every gateway' },
      ],
    },
    defaultContentType: EVENT_CONTENT_TYPE,
    servers: { broker: brokerServer() },
    channels: Object.fromEntries(MESSAGES.map((message) => [channelKey(message.channel), channelOf(message)])),
    operations: Object.fromEntries(MESSAGES.flatMap(operationsOf)),
    components: {
      messages: Object.fromEntries(MESSAGES.map((message) => [message.name, messageOf(message)])),
      schemas: componentSchemas(),
    },
  };
}

/** The key of a channel in the document: `journal/ack` is `journalAck`. */
function channelKey(channel: Channel): string {
  return channel.replace(/\/([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function brokerServer(): JsonObject {
  const { qos, retain } = CHANNEL_DELIVERY.presence;
  return {
    host: '{host}:{port}',
    protocol: 'mqtt',
    protocolVersion: '3.1.1',
    description: 'The chain’s broker. A client’s id is its user name: the gateway id, or `core`.',
    variables: { host: { default: '127.0.0.1' }, port: { default: '1883' } },
    security: [{ type: 'userPassword' }],
    bindings: {
      mqtt: {
        clientId: '{gateway}',
        lastWill: { topic: topicOf({ store: '{store}', gateway: '{gateway}', channel: 'presence' }), qos, retain },
        bindingVersion: MQTT_BINDING,
      },
    },
  };
}

function channelOf({ channel, name, title }: MessageContract): JsonObject {
  const slugPattern = 'Lower-case letters, digits and inner hyphens, at most 48.';
  return {
    address: topicOf({ store: '{store}', gateway: '{gateway}', channel }),
    title,
    servers: [{ $ref: '#/servers/broker' }],
    parameters: { store: { description: `The store. ${slugPattern}` }, gateway: { description: `The store’s gateway. ${slugPattern}` } },
    messages: { [name]: { $ref: `#/components/messages/${name}` } },
  };
}

function operationsOf(message: MessageContract): [string, JsonObject][] {
  const { channel, title } = message;
  const key = channelKey(channel);
  const up = (UP_CHANNELS as readonly string[]).includes(channel);
  if (!up && !(DOWN_CHANNELS as readonly string[]).includes(channel)) throw new Error(`channel ${channel} has no direction`);
  const { qos, retain } = CHANNEL_DELIVERY[channel];
  const operation = (application: 'gateway' | 'core', action: 'send' | 'receive'): [string, JsonObject] => [
    `${application}${action === 'send' ? 'Sends' : 'Receives'}${key[0]?.toUpperCase()}${key.slice(1)}`,
    {
      action,
      summary: title,
      channel: { $ref: `#/channels/${key}` },
      messages: [{ $ref: `#/channels/${key}/messages/${message.name}` }],
      tags: [{ name: application }],
      bindings: { mqtt: action === 'send' ? { qos, retain, bindingVersion: MQTT_BINDING } : { qos, bindingVersion: MQTT_BINDING } },
    },
  ];
  return up ? [operation('gateway', 'send'), operation('core', 'receive')] : [operation('core', 'send'), operation('gateway', 'receive')];
}

function messageOf({ name, title, type, body }: MessageContract): JsonObject {
  return {
    name: type,
    title,
    contentType: EVENT_CONTENT_TYPE,
    payload: { $ref: `#/components/schemas/${name}` },
    ...(body ? { 'x-signed-body': { $ref: `#/components/schemas/${body.name}` } } : {}),
  };
}

function componentSchemas(): Record<string, JsonObject> {
  const roots: Record<string, z.ZodType> = {};
  for (const { name, schema, body } of MESSAGES) {
    roots[name] = schema;
    if (body) roots[body.name] = body.schema;
  }
  const { schemas } = z.toJSONSchema(registryOf({ ...SHARED_SCHEMAS, ...roots }), {
    uri: (id) => `#/components/schemas/${id}`,
    target: 'draft-7',
    io: 'input',
  });
  const named = anyJsonInlined(withoutIds(schemas));
  const used = reachable(named, Object.keys(roots));
  return Object.fromEntries(Object.entries(named).filter(([id]) => used.has(id)));
}

/** zod puts the recursive shape of `z.json()` into a document of its own. In JSON every value fits it, so the empty schema says the same. */
function anyJsonInlined(schemas: Record<string, JsonObject>): Record<string, JsonObject> {
  const { __shared: _, ...named } = schemas;
  return JSON.parse(JSON.stringify(named), (_key, value: unknown) =>
    isJsonObject(value) && typeof value.$ref === 'string' && value.$ref.includes('__shared') ? { description: 'Any JSON value.' } : value,
  );
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
