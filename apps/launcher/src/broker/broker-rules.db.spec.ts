import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DOWN_CHANNELS, topicFilter, topicOf, UP_CHANNELS } from '@tillward/contracts';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startBroker } from './broker.js';
import { passwordSha256 } from './credentials.js';
import { connected, type GatewayFiles, TestAuthority } from './gateway.fixtures.js';
import { MOSQUITTO, TestMosquitto } from './mosquitto.fixtures.js';

/*
 * One table of rules, held against the embedded broker and against Mosquitto with deploy/mosquitto/mosquitto.conf. It looks at effects: who hears what. How a
 * broker shows that it refuses something is its own affair.
 */

if (MOSQUITTO === undefined) {
  process.stderr.write('deploy/mosquitto is NOT tested: no mosquitto (Debian: apt-get install mosquitto)\n');
}

const PASSWORD = 'core-secret';
const BERLIN = { store: 'berlin', gateway: 'gw-berlin' };
const PARIS = { store: 'paris', gateway: 'gw-paris' };
const ADMITTED = [BERLIN, PARIS].map(({ store, gateway }) => ({ storeId: store, gatewayId: gateway }));

interface Rig {
  readonly port: number;
  readonly tlsPort: number;
  /** Tells the broker that Berlin's certificate is revoked, as core does; core's own means come on top. */
  revokeBerlin(serial: string): Promise<void>;
  stop(): Promise<void>;
}

async function embedded(pki: TestAuthority): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'tillward-embedded-'));
  const revocationsFile = join(folder, 'revoked.json');
  const broker = await startBroker({
    host: '127.0.0.1',
    port: 0,
    credentials: [{ username: 'core', passwordSha256: passwordSha256(PASSWORD), role: 'core' }],
    tls: { port: 0, key: pki.server.key, certificate: pki.server.certificate, clientAuthority: pki.authority.certificate, revocationsFile },
    logger: pino({ level: 'silent' }),
  });
  return {
    port: broker.port,
    tlsPort: broker.tlsPort!,
    revokeBerlin: async (serial) => writeFileSync(revocationsFile, JSON.stringify({ version: 1, revoked: [serial] })),
    stop: async () => {
      await broker.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function mosquitto(pki: TestAuthority): Promise<Rig> {
  const broker = await TestMosquitto.start(pki, ADMITTED, PASSWORD);
  return {
    port: broker.port,
    tlsPort: broker.tlsPort,
    revokeBerlin: (serial) => broker.revoke([serial], ADMITTED.slice(1)),
    stop: () => broker.stop(),
  };
}

let pki: TestAuthority;
let berlin: GatewayFiles;
let paris: GatewayFiles;
beforeAll(async () => {
  pki = await TestAuthority.create();
  [berlin, paris] = [await pki.gateway(BERLIN.store, BERLIN.gateway), await pki.gateway(PARIS.store, PARIS.gateway)];
});

const BROKERS: [string, (authority: TestAuthority) => Promise<Rig>, boolean][] = [
  ['the embedded broker', embedded, true],
  ['Mosquitto with deploy/mosquitto', mosquitto, MOSQUITTO !== undefined],
];

for (const [name, startRig, isThere] of BROKERS) {
  describe.runIf(isThere)(name, () => {
    let rig: Rig;
    const clients: MqttClient[] = [];
    beforeAll(async () => {
      rig = await startRig(pki);
    });
    afterAll(() => rig.stop());
    afterEach(async () => {
      await Promise.all(clients.splice(0).map((client) => client.endAsync(true)));
    });

    const enter = async (files: GatewayFiles, options: IClientOptions = {}) => {
      const client = await pki.connect(rig.tlsPort, files, options);
      // Whatever a broker does to who breaks a rule is not this table's business.
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    };
    const enterPlain = async (options: IClientOptions) => {
      const client = await connected(mqtt.connect(`mqtt://127.0.0.1:${rig.port}`, { protocolVersion: 4, reconnectPeriod: 0, ...options }));
      clients.push(client);
      return client;
    };
    const core = () => enterPlain({ clientId: `core-${Math.random().toString(16).slice(2, 10)}`, username: 'core', password: PASSWORD });

    /** Everything the client hears from now on, as topics. */
    const listen = (client: MqttClient): string[] => {
      const heard: string[] = [];
      client.on('message', (topic) => heard.push(topic));
      return heard;
    };
    /** Subscribes as far as the broker lets it. */
    const subscribe = (client: MqttClient, ...topics: string[]) =>
      Promise.allSettled(topics.map((topic) => client.subscribeAsync(topic, { qos: 1 })));

    it.each([
      ['its own journal', topicOf({ ...BERLIN, channel: 'journal' }), false, true],
      ['its own live state', topicOf({ ...BERLIN, channel: 'live' }), false, true],
      ['its own presence, retained', topicOf({ ...BERLIN, channel: 'presence' }), true, true],
      ['another gateway’s journal', topicOf({ ...PARIS, channel: 'journal' }), false, false],
      ['its name in another store', topicOf({ store: 'paris', gateway: 'gw-berlin', channel: 'journal' }), false, false],
      ['another name in its store', topicOf({ store: 'berlin', gateway: 'gw-paris', channel: 'journal' }), false, false],
      ['a policy for itself', topicOf({ ...BERLIN, channel: 'desired' }), true, false],
      ['a command for another', topicOf({ ...PARIS, channel: 'command' }), false, false],
      ['an acknowledgement', topicOf({ ...BERLIN, channel: 'journal/ack' }), false, false],
      ['anything else', 'tw/v1/berlin/gw-berlin/other', false, false],
      ['the broker’s own topics', '$SYS/broker/uptime', false, false],
    ])('a gateway publishes %s (%s): core or gateways hear it', async (_what, topic, retain, isHeard) => {
      const listeners = [await core(), await enter(berlin), await enter(paris)];
      const heard = listeners.map(listen);
      await subscribe(listeners[0]!, ...UP_CHANNELS.map((channel) => topicFilter(channel)));
      for (const [client, address] of [
        [listeners[1]!, BERLIN],
        [listeners[2]!, PARIS],
      ] as const) {
        await subscribe(client, ...DOWN_CHANNELS.map((channel) => topicOf({ ...address, channel })));
      }
      for (const one of heard) one.length = 0;
      listeners[1]!.publish(topic, 'x', { qos: topic.endsWith('live') ? 0 : 1, retain });
      if (isHeard) await expect.poll(() => heard.flat()).toContain(topic);
      else {
        await sleep(150);
        expect(heard.flat()).toEqual([]);
      }
    });

    it.each([
      ['its own policies', topicOf({ ...BERLIN, channel: 'desired' }), [topicOf({ ...BERLIN, channel: 'desired' })]],
      ['its own commands', topicOf({ ...BERLIN, channel: 'command' }), [topicOf({ ...BERLIN, channel: 'command' })]],
      ['another’s policies', topicOf({ ...PARIS, channel: 'desired' }), []],
      ['another’s journal', topicOf({ ...PARIS, channel: 'journal' }), []],
      ['everybody’s policies', topicFilter('desired'), 'nothing foreign'],
      ['everybody’s journals', topicFilter('journal'), 'nothing foreign'],
      ['everything of its own', 'tw/v1/berlin/gw-berlin/#', 'nothing foreign'],
      ['everything', '#', 'nothing foreign'],
    ])('a gateway that subscribes to %s (%s) hears %j', async (_what, filter, expected) => {
      const [sender, gateway, other] = [await core(), await enter(berlin), await enter(paris)];
      const heard = listen(gateway);
      await subscribe(gateway, filter);
      await sleep(20);
      heard.length = 0;
      for (const address of [BERLIN, PARIS]) {
        for (const channel of ['desired', 'command'] as const) {
          await sender.publishAsync(topicOf({ ...address, channel }), 'x', { qos: 1 });
        }
      }
      await other.publishAsync(topicOf({ ...PARIS, channel: 'journal' }), 'x', { qos: 1 });
      if (Array.isArray(expected) && expected.length > 0) await expect.poll(() => heard).toEqual(expected);
      else {
        await sleep(150);
        expect(heard.filter((topic) => !topic.startsWith('tw/v1/berlin/gw-berlin/'))).toEqual([]);
        if (Array.isArray(expected)) expect(heard).toEqual([]);
      }
    });

    it.each<[string, () => GatewayFiles | Promise<GatewayFiles>, IClientOptions]>([
      ['without a certificate', () => berlin, { key: undefined, cert: undefined } as unknown as IClientOptions],
      [
        'with core’s password instead of one',
        () => berlin,
        { key: undefined, cert: undefined, username: 'core', password: PASSWORD } as unknown as IClientOptions,
      ],
      ['with one that has expired', () => pki.gateway('berlin', 'gw-berlin', -1_000), {}],
      ['with one of another authority', async () => (await TestAuthority.create()).gateway('berlin', 'gw-berlin'), {}],
      ['with the broker’s own', () => ({ ...berlin, key: pki.server.key, cert: pki.server.certificate }), {}],
    ])('nobody comes in %s', async (_what, files, options) => {
      await expect(pki.connect(rig.tlsPort, await files(), options)).rejects.toThrow();
    });

    it.each<[string, IClientOptions]>([
      ['a wrong password', { clientId: 'core-1', username: 'core', password: 'guess' }],
      ['a gateway’s name and any password', { clientId: 'gw-berlin', username: 'gw-berlin', password: PASSWORD }],
      ['nothing', { clientId: 'gw-berlin' }],
    ])('nobody comes in where core does with %s', async (_what, options) => {
      await expect(enterPlain(options)).rejects.toThrow();
    });

    it('a gateway that takes another’s client id puts nobody out and is nobody else', async () => {
      const other = await enter(paris);
      const listener = await core();
      const heard = listen(listener);
      await subscribe(listener, topicFilter('journal'));
      const [liar] = await Promise.allSettled([enter(berlin, { clientId: 'gw-paris' })]);
      if (liar.status === 'fulfilled') liar.value.publish(topicOf({ ...PARIS, channel: 'journal' }), 'x', { qos: 1 });
      await sleep(150);
      expect([other.connected, heard]).toEqual([true, []]);
    });

    it('a message above a mebibyte ends its connection, and nobody else’s', async () => {
      const [other, gateway] = [await enter(paris), await enter(berlin)];
      gateway.publish(topicOf({ ...BERLIN, channel: 'journal' }), Buffer.alloc(1024 * 1024 + 1), { qos: 1 });
      await expect.poll(() => gateway.connected, { timeout: 5_000 }).toBe(false);
      expect(other.connected).toBe(true);
    });

    it('E6 a revoked gateway is out within five seconds and stays out', async () => {
      const [listener, gateway, other] = [await core(), await enter(berlin), await enter(paris)];
      const heard = listen(listener);
      await subscribe(listener, topicFilter('journal'));
      const startedAt = performance.now();
      await rig.revokeBerlin(berlin.serial);
      // What core does on top, at any broker: it takes the session over for a moment (MQTT 3.1.1 section 3.1.4).
      const taker = await enterPlain({ clientId: 'gw-berlin', username: 'core', password: PASSWORD });
      await taker.endAsync();
      await expect.poll(() => gateway.connected, { timeout: 5_000 }).toBe(false);
      expect(performance.now() - startedAt).toBeLessThan(5_000);
      await expect(enter(berlin)).rejects.toThrow();
      expect(other.connected).toBe(true);
      await other.publishAsync(topicOf({ ...PARIS, channel: 'journal' }), 'x', { qos: 1 });
      await expect.poll(() => heard).toEqual([topicOf({ ...PARIS, channel: 'journal' })]);
    });
  });
}

describe.runIf(MOSQUITTO !== undefined)('what Mosquitto can’t do, as docs/guide/enrolment.md says', () => {
  it('a list it reads again ends no open session, but leaves it nothing; it can’t refuse a retained message', async () => {
    const broker = await TestMosquitto.start(pki, ADMITTED, PASSWORD);
    try {
      const listener = await connected(
        mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, { clientId: 'core-1', username: 'core', password: PASSWORD }),
      );
      const heard: string[] = [];
      listener.on('message', (_topic, payload, packet) => heard.push(`${payload} ${packet.retain}`));
      await listener.subscribeAsync(topicFilter('journal'), { qos: 1 });
      const gateway = await pki.connect(broker.tlsPort, berlin);
      await gateway.publishAsync(topicOf({ ...BERLIN, channel: 'journal' }), 'kept', { qos: 1, retain: true });
      await expect.poll(() => heard).toEqual(['kept false']);
      await broker.revoke([berlin.serial], ADMITTED.slice(1));
      await gateway.publishAsync(topicOf({ ...BERLIN, channel: 'journal' }), 'late', { qos: 1 });
      await sleep(150);
      expect([gateway.connected, heard]).toEqual([true, ['kept false']]);
      await Promise.all([listener.endAsync(true), gateway.endAsync(true)]);
    } finally {
      await broker.stop();
    }
  });
});
