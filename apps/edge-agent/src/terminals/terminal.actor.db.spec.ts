import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connection, GATEWAY, STORE, TestStore } from '../edge.fixtures.js';
import { Journal } from '../journal/index.js';
import { type Log, silentLog } from '../log.js';
import { NetworkDevices } from './device-factory.js';
import { TerminalActor } from './terminal.actor.js';
import { TerminalStore } from './terminal.store.js';

const SAID = 'I speak no ZVT';

let store: TestStore;
let journal: Journal;
let server: Server;
let actor: TerminalActor;
let warnings: unknown[][];
const devices = new NetworkDevices();

beforeEach(async () => {
  store = new TestStore();
  warnings = [];
  journal = new Journal({ dataDir: store.dataDir, store: STORE, gateway: GATEWAY, now: () => store.clock.now() });
  server = createServer((socket) => {
    socket.on('error', () => socket.destroy());
    // An acknowledgement first, so that the stream breaks after three good bytes.
    socket.on('data', () => socket.write(Buffer.concat([Buffer.of(0x80, 0, 0), Buffer.from(SAID)])));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const log = { ...silentLog, warn: (...args: unknown[]) => warnings.push(args) } as unknown as Log;
  const described = { ...connection('t1'), port: (server.address() as AddressInfo).port, power: { kind: 'none' as const } };
  await devices.prepare([described]);
  actor = new TerminalActor(
    { clock: store.clock, log, journal, states: new TerminalStore(journal.store) },
    described,
    devices.devices(described),
    () => {},
  );
});
afterEach(async () => {
  await actor.stop();
  server.close();
  journal.close();
  store.remove();
});

describe('a terminal whose bytes make no sense', () => {
  it('is named in log and journal with code and offset, once a minute, without the bytes', async () => {
    await actor.poll();
    await actor.poll();
    store.clock.jump(60_000);
    await actor.poll();
    const fields = { terminal: 't1', code: 'unknownClass', offset: 3 };
    expect(warnings.map(([said]) => said)).toEqual([
      { ...fields, breaks: 1 },
      { ...fields, breaks: 3 },
    ]);
    expect(JSON.stringify(warnings)).not.toContain(SAID.slice(0, 7));
    const { kind, payload } = journal.read(1, 100)!;
    const said = kind.flatMap((each, i) => (each === 'TerminalStreamAbandoned' ? [JSON.parse(payload[i]!)] : []));
    expect(said).toEqual([
      { code: 'unknownClass', offset: 3, since: 1 },
      { code: 'unknownClass', offset: 3, since: 2 },
    ]);
    expect(kind).toContain('DialogueCaptured');
    expect(payload.join()).not.toContain(SAID.slice(0, 7));
  });

  it('is named also after its connection was replaced', async () => {
    await actor.replace(actor.connection, devices.devices(actor.connection));
    await actor.poll();
    expect(warnings).toHaveLength(1);
  });
});
