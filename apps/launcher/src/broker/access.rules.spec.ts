import { expect, test } from 'vitest';
import { refusePublish, refuseSubscribe } from './access.rules.js';
import type { BrokerCredential } from './credentials.js';

const gateway: BrokerCredential = { username: 'gw-1', passwordSha256: '0'.repeat(64), role: 'gateway', store: 'berlin', gateway: 'gw-1' };
const core: BrokerCredential = { username: 'core', passwordSha256: '0'.repeat(64), role: 'core' };

test.each([
  [gateway, 'tw/v1/berlin/gw-1/presence', true, 1, undefined],
  [gateway, 'tw/v1/berlin/gw-1/journal', false, 1, undefined],
  [gateway, 'tw/v1/berlin/gw-1/live', false, 0, undefined],
  [gateway, 'tw/v1/berlin/gw-1/journal', true, 1, 'retainNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-1/journal', false, 2, 'qosNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-2/journal', false, 1, 'topicNotAllowed'],
  [gateway, 'tw/v1/shanghai/gw-1/journal', false, 1, 'topicNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-1/desired', false, 1, 'topicNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-1/journal/ack', false, 1, 'topicNotAllowed'],
  [gateway, 'elsewhere', false, 0, 'topicNotAllowed'],
  [core, 'tw/v1/berlin/gw-1/desired', true, 1, undefined],
  [core, 'tw/v1/berlin/gw-1/command', false, 1, undefined],
  [core, 'tw/v1/berlin/gw-1/command', true, 1, 'retainNotAllowed'],
  [core, 'tw/v1/berlin/gw-1/journal', false, 1, 'topicNotAllowed'],
] as const)('%o publishes %s (retain %s, qos %s): %s', (who, topic, retain, qos, expected) => {
  expect(refusePublish(who, { topic, retain, qos })).toBe(expected);
});

test.each([
  [gateway, 'tw/v1/berlin/gw-1/desired', 1, undefined],
  [gateway, 'tw/v1/berlin/gw-1/journal/resend', 1, undefined],
  [gateway, 'tw/v1/berlin/gw-1/desired', 2, 'qosNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-1/+', 1, 'topicNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-1/#', 1, 'topicNotAllowed'],
  [gateway, 'tw/v1/+/+/desired', 1, 'topicNotAllowed'],
  [gateway, '#', 0, 'topicNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-2/desired', 1, 'topicNotAllowed'],
  [gateway, 'tw/v1/berlin/gw-1/journal', 1, 'topicNotAllowed'],
  [core, 'tw/v1/+/+/journal', 1, undefined],
  [core, 'tw/v1/+/+/desired', 1, 'topicNotAllowed'],
  [core, '#', 1, 'topicNotAllowed'],
] as const)('%o subscribes to %s (qos %s): %s', (who, topic, qos, expected) => {
  expect(refuseSubscribe(who, { topic, qos })).toBe(expected);
});
