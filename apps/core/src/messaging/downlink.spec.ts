import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { commandEvent, EVENT_TYPE, journalAckBody, journalAckEvent, KEY_ROTATION_TYPE, signedBytes } from '@tillward/contracts';
import { verifyText } from '@tillward/journal';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../config.js';
import { Downlink, readSigningKey } from './downlink.service.js';
import { rotationStatement } from './key-rotation.js';

const keys = generateKeyPairSync('ed25519');
const sent: { topic: string; payload: string; delivery: { qos: 0 | 1; retain: boolean } }[] = [];
const downlink = new Downlink(
  { publish: async (topic, payload, delivery) => void sent.push({ topic, payload, delivery }) },
  { keyId: 'core-1', privateKey: keys.privateKey },
  () => new Date('2026-11-21T12:00:00Z'),
);

describe('Downlink', () => {
  it('signs the exact text it sends, on the gateway’s own topic, with the channel’s delivery', async () => {
    const body = { store: 'berlin', gateway: 'gw-berlin', epoch: 1, ackedThrough: 7 };
    await downlink.publish('berlin', 'gw-berlin', 'journal/ack', body);
    const message = sent.at(-1)!;
    expect(message).toMatchObject({ topic: 'tw/v1/berlin/gw-berlin/journal/ack', delivery: { qos: 1, retain: false } });
    const event = journalAckEvent.parse(JSON.parse(message.payload));
    expect(journalAckBody.parse(JSON.parse(event.data.body))).toEqual(body);
    expect(event.data.keyId).toBe('core-1');
    expect(verifyText(keys.publicKey, signedBytes(EVENT_TYPE.journalAck, event.data.body), event.data.signature)).toBe(true);
  });

  it('a body signed as one type is not valid as another', async () => {
    await downlink.publish('berlin', 'gw-berlin', 'command', { any: 'body' });
    const event = commandEvent.parse(JSON.parse(sent.at(-1)!.payload));
    expect(verifyText(keys.publicKey, signedBytes(EVENT_TYPE.desired, event.data.body), event.data.signature)).toBe(false);
  });

  it('keeps the desired document at the broker', async () => {
    await downlink.publish('berlin', 'gw-berlin', 'desired', {});
    expect(sent.at(-1)!.delivery).toEqual({ qos: 1, retain: true });
  });
});

describe('changes of the signing key', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillward-rotations-'));
  const pem = join(folder, 'key.pem');
  const file = join(folder, 'rotations.json');
  writeFileSync(pem, keys.privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const old = generateKeyPairSync('ed25519');
  const [now, until] = [new Date('2026-11-21T12:00:00Z'), new Date('2026-12-21T12:00:00Z')];
  const statement = rotationStatement(
    { keyId: 'core-0', privateKey: old.privateKey },
    { keyId: 'core-1', key: keys.publicKey },
    now,
    until,
  );

  it('travel with every policy and with nothing else, signed by the key before', async () => {
    writeFileSync(file, JSON.stringify([statement]));
    const told: string[] = [];
    const link = { publish: async (_topic: string, payload: string) => void told.push(payload) };
    const rotated = new Downlink(link, readSigningKey(pem, 'core-1', file), () => now);
    await rotated.publish('berlin', 'gw-berlin', 'desired', {});
    await rotated.publish('berlin', 'gw-berlin', 'journal/ack', {});
    const [desired, ack] = told.map((payload) => JSON.parse(payload).data);
    expect(desired.rotations).toEqual([statement]);
    expect(ack.rotations).toBeUndefined();
    expect(verifyText(old.publicKey, signedBytes(KEY_ROTATION_TYPE, statement.body), statement.signature)).toBe(true);
    expect(JSON.parse(statement.body)).toMatchObject({ previousKeyId: 'core-0', keyId: 'core-1', previousUntil: until.toISOString() });
  });

  it.each([
    ['are no list', '{}', /expected a JSON list/],
    ['lead to another key', JSON.stringify([{ ...statement, body: statement.body.replace('core-1', 'core-2') }]), /leads to core-2/],
  ])('that %s end the start', (_name, content, message) => {
    writeFileSync(file, content);
    expect(() => readSigningKey(pem, 'core-1', file)).toThrow(message);
  });
});

describe('readSigningKey', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tillward-key-'));
  it.each([
    ['a file that is not there', undefined],
    ['a file that is no key', 'hello'],
    [
      'a key of another kind',
      generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    ],
  ])('refuses %s with the setting’s name', (_name, content) => {
    const file = join(folder, content === undefined ? 'absent' : 'key.pem');
    if (content !== undefined) writeFileSync(file, content);
    expect(() => readSigningKey(file, 'k')).toThrow(ConfigError);
    expect(() => readSigningKey(file, 'k')).toThrow(/TILLWARD_SIGNING_KEY_FILE: expected an Ed25519/);
  });
});
