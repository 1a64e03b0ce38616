import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectAsync, type MqttClient } from 'mqtt';
import type { Gateway } from '../chain/gateway.js';
import type { CommandRecord } from '../load/records.js';
import { type FaultContext, type FaultKind, lasting } from './fault.js';

const HOUR_MS = 3_600_000;
/** Out of reach of a clock that is an hour wrong. */
const LONG_AGO_MS = 72 * HOUR_MS;
const COPIES = 3;

/**
 * A broker that has been taken over: it sends commands that nobody at core signed, that have expired, that were meant for another gateway, and a true one several
 * times, and an acknowledgement of everything that core never gave. Written here without a line of the product, as the
 * attacker would.
 */
export const HOSTILE_FAULTS: readonly FaultKind[] = [
  {
    kind: 'hostileBroker',
    victim: 'gateway',
    durationMs: lasting(2_000, 4_000),
    strike: async (context, gateway) => {
      const { mqttUrl, password } = context.system.hostile;
      const client = await connected(mqttUrl, password);
      // A broker that is down can't be hostile either.
      if (client === 'down') return;
      try {
        for (const { channel, text, copies } of messages(context, gateway)) {
          for (let i = 0; i < copies; i++) {
            await client.publishAsync(`tw/v1/${gateway.store.id}/${gateway.store.gateway}/${channel}`, text, { qos: 1 });
            await sleep(100);
          }
        }
        await sleep(context.durationMs);
      } finally {
        await client.endAsync(true);
      }
    },
  },
];

async function connected(url: string, password: string): Promise<MqttClient | 'down'> {
  const clientId = `hostile-${randomUUID().slice(0, 8)}`;
  try {
    return await connectAsync(url, { username: 'core', password, clientId, reconnectPeriod: 0, connectTimeout: 3_000 }, false);
  } catch (error) {
    if (error instanceof Error) return 'down';
    throw error;
  }
}

interface Message {
  readonly channel: 'command' | 'journal/ack';
  readonly text: string;
  readonly copies: number;
}

function messages({ system, roll, commands }: FaultContext, gateway: Gateway): Message[] {
  const { signingKey, signingKeyId } = system.hostile;
  const core = { keyId: signingKeyId, key: createPrivateKey(signingKey) };
  const stranger = { keyId: signingKeyId, key: generateKeyPairSync('ed25519').privateKey };
  const { id: store, gateway: name, terminals } = gateway.store;
  const zvt = terminals.filter(({ driver }) => driver === 'zvt');
  const terminal = zvt[roll(zvt.length)]!.id;
  const command = (origin: CommandRecord['origin'], signer: Signer, more: object = {}): Message => {
    const id = randomUUID();
    const marker = `chaos-${origin}-${id.slice(0, 8)}`;
    commands.add({ at: Date.now(), store, terminal, action: 'displayMessage', commandId: id, marker, origin });
    const body = { ...commandBody(id, store, name, terminal, marker), ...more };
    return { channel: 'command', text: signed(signer, 'app.tillward.command.v1', body), copies: origin === 'twice' ? COPIES : 1 };
  };
  const ack = { store, gateway: name, epoch: 1, ackedThrough: 1_000_000 + roll(1_000_000) };
  return [
    command('forged', stranger),
    command('expired', core, { notBefore: instant(-LONG_AGO_MS - HOUR_MS), expiresAt: instant(-LONG_AGO_MS) }),
    command('misdirected', core, { gateway: `${name}-other` }),
    command('twice', core),
    { channel: 'journal/ack', text: signed(stranger, 'app.tillward.journal.ack.v1', ack), copies: 1 },
  ];
}

function commandBody(id: string, store: string, gateway: string, terminal: string, text: string): object {
  return {
    id,
    store,
    gateway,
    terminal,
    action: 'displayMessage',
    notBefore: instant(-2 * HOUR_MS),
    expiresAt: instant(2 * HOUR_MS),
    nonce: randomBytes(24).toString('base64url'),
    requestedBy: 'chaos exam',
    reason: 'chaos exam',
    parameters: { text },
  };
}

interface Signer {
  readonly keyId: string;
  readonly key: KeyObject;
}

function instant(offsetMs: number): string {
  return new Date(Date.now() + offsetMs).toISOString();
}

/** A CloudEvent whose body is signed over `<type>\n<body>` (DESIGN.md, MQTT topics). */
function signed({ keyId, key }: Signer, type: string, body: object): string {
  const text = JSON.stringify(body);
  const signature = sign(null, Buffer.from(`${type}\n${text}`), key).toString('base64');
  return JSON.stringify({
    specversion: '1.0',
    id: randomUUID(),
    source: '/core',
    type,
    time: new Date().toISOString(),
    datacontenttype: 'application/json',
    data: { body: text, keyId, signature },
  });
}
