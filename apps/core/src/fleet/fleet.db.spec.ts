import {
  type ChainFile,
  chainFile,
  EVENT_TYPE,
  gatewaySource,
  type LiveData,
  type PresenceData,
  type TerminalSample,
} from '@tillward/contracts';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, silentLog, type TestDatabase } from '../database/database.fixtures.js';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { entry, SimulatedGateway, sale, testIngest, type Written } from '../ingest/ingest.fixtures.js';
import type { Arrival } from '../messaging/index.js';
import { provisionFleet } from './chain.provisioning.js';
import { FleetLive } from './fleet.live.js';
import { FleetService } from './fleet.service.js';

let database: TestDatabase;
let dataSource: DataSource;
let unitOfWork: UnitOfWork;
let now = new Date('2026-11-21T12:00:00.000Z');
const service = new FleetService();
const changed: string[] = [];

const simulated = new SimulatedGateway('berlin', 'gw-berlin');

function terminal(id: string, name = id): ChainFile['stores'][number]['terminals'][number] {
  return {
    id,
    name,
    driver: 'zvt',
    host: '127.0.0.1',
    port: 20007,
    password: '000000',
    currency: 'EUR',
    power: { kind: 'none' },
    brand: 'Brand',
    model: 'Model',
  };
}

function chain(change: (file: ChainFile) => void = () => undefined): ChainFile {
  const file: ChainFile = {
    chain: { id: 'c', name: 'Chain' },
    settings: {},
    people: [],
    stores: [
      {
        id: 'berlin',
        name: 'Berlin Mitte',
        city: 'Berlin',
        timeZone: 'Europe/Berlin',
        currency: 'EUR',
        gateway: { id: 'gw-berlin', publicKey: simulated.publicKey },
        terminals: [terminal('be-1'), terminal('be-2')],
        settings: {},
      },
      {
        id: 'shanghai',
        name: '上海',
        city: '上海',
        timeZone: 'Asia/Shanghai',
        currency: 'CNY',
        gateway: { id: 'gw-shanghai', publicKey: simulated.publicKey },
        terminals: [terminal('sh-1')],
        settings: {},
      },
    ],
  };
  change(file);
  return chainFile.parse(file);
}

const run = <T>(work: (ctx: WorkContext) => Promise<T>) => unitOfWork.run(systemActor('test'), work);
const provision = (file: ChainFile) => run((ctx) => provisionFleet(ctx, file));

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource();
  unitOfWork = new UnitOfWork(dataSource, { now: () => now });
  await provision(chain());
});
afterAll(() => database.drop());

describe('provisioning', () => {
  it('creates what the file names, in its order, and changes nothing the second time', async () => {
    const stores = await run((ctx) => service.stores(ctx));
    expect(stores.map(({ id, name, gatewayId }) => [id, name, gatewayId])).toEqual([
      ['berlin', 'Berlin Mitte', 'gw-berlin'],
      ['shanghai', '上海', 'gw-shanghai'],
    ]);
    expect((await run((ctx) => service.terminals(ctx))).map((one) => one.id)).toEqual(['be-1', 'be-2', 'sh-1']);
    expect(await provision(chain())).toBe(false);
  });

  it('updates what changed and keeps what the file no longer names', async () => {
    const smaller = chain((file) => {
      file.stores[0]!.name = 'Berlin';
      file.stores[0]!.terminals = [terminal('be-1', 'Front')];
    });
    expect(await provision(smaller)).toBe(true);
    const terminals = await run((ctx) => service.terminals(ctx, { storeIds: ['berlin'] }));
    expect(terminals.map(({ id, name }) => [id, name])).toEqual([
      ['be-1', 'Front'],
      ['be-2', 'be-2'],
    ]);
    expect(await run((ctx) => service.connections(ctx, 'berlin'))).toMatchObject([
      { id: 'be-1', name: 'Front', port: 20007 },
      { id: 'be-2' },
    ]);
    await provision(chain());
  });

  it('pages through stores in their order', async () => {
    const first = await run((ctx) => service.storePage(ctx, { limit: 1 }));
    const [berlin] = first;
    const second = await run((ctx) => service.storePage(ctx, { limit: 5, after: { position: berlin!.position, id: berlin!.id } }));
    expect([first, second].map((page) => page.map((store) => store.id))).toEqual([['berlin'], ['shanghai']]);
    expect(await run((ctx) => service.countStores(ctx))).toBe(2);
  });
});

describe('live state', () => {
  let live: FleetLive;
  let session = 0;

  const sample = (change: Partial<TerminalSample> = {}): TerminalSample => ({
    power: 'on',
    service: 'ready',
    activity: 'idle',
    signedOn: true,
    operatorId: 'anna',
    unsettledMinor: 0,
    unsettledCount: 0,
    currency: 'EUR',
    lastUseAt: null,
    ...change,
  });
  const message = (channel: 'presence' | 'live', data: unknown, store = 'berlin'): Arrival => ({
    address: { store, gateway: `gw-${store}`, channel },
    payload: Buffer.from(
      JSON.stringify({
        specversion: '1.0',
        id: '1',
        source: gatewaySource(store, `gw-${store}`),
        type: channel === 'live' ? EVENT_TYPE.live : EVENT_TYPE.presence,
        time: now.toISOString(),
        datacontenttype: 'application/json',
        data,
      }),
    ),
  });
  const presence = (online: boolean, of = session): Arrival =>
    message('presence', { online, session: of, agentVersion: '0.1.0', at: now.getTime() } satisfies PresenceData);
  const states = (terminals: Record<string, TerminalSample>, of = session): Arrival =>
    message('live', { session: of, at: now.getTime(), journalHead: simulated.head, ackedThrough: 0, terminals } satisfies LiveData);
  const theTerminal = async (id = 'be-1') => (await run((ctx) => service.terminals(ctx, { terminalIds: [id] })))[0]!;
  const theGateway = async () => (await run((ctx) => service.gateways(ctx, ['berlin'])))[0]!;

  beforeEach(() => {
    session += 10;
    now = new Date(now.getTime() + 60_000);
    changed.length = 0;
    live = new FleetLive(
      unitOfWork,
      { changed: (change: { stores?: string[] }) => void changed.push(...(change.stores ?? [])) } as never,
      silentLog,
      () => now,
    );
  });

  it('is what the last sample said, and subscribers are told', async () => {
    live.presence(presence(true));
    live.live(states({ 'be-1': sample({ activity: 'selling' }), 'unheard-of': sample() }));
    live.live(states({ 'be-1': sample({ activity: 'closing', power: 'off' }) }));
    await live.flush();
    expect(await theTerminal()).toMatchObject({
      power: 'off',
      service: 'ready',
      activity: 'closing',
      operatorId: 'anna',
      gatewayOnline: true,
      stateAt: now,
    });
    expect(await theGateway()).toMatchObject({ online: true, agentVersion: '0.1.0', lastSeenAt: now });
    expect(changed).toEqual(['berlin']);
  });

  it('reads unknown when the gateway is offline, never off (F3)', async () => {
    live.presence(presence(true));
    live.live(states({ 'be-1': sample({ power: 'off' }) }));
    await live.flush();
    live.presence(presence(false));
    await live.flush();
    expect(await theGateway()).toMatchObject({ online: false });
    expect(await theTerminal()).toMatchObject({ power: 'unknown', service: 'unknown' });
  });

  it('reads unknown when the gateway has said nothing for too long', async () => {
    live.presence(presence(true));
    live.live(states({ 'be-1': sample() }));
    await live.flush();
    expect((await theTerminal()).power).toBe('on');
    now = new Date(now.getTime() + 60_000);
    expect((await theTerminal()).power).toBe('unknown');
  });

  it('an old session’s will never marks a new session offline (F1), before or after a write', async () => {
    live.presence(presence(true, session));
    live.presence(presence(false, session - 1));
    await live.flush();
    live.presence(presence(false, session - 1));
    await live.flush();
    expect(await theGateway()).toMatchObject({ online: true });
  });

  it('arrival at core and session order samples, never the gateway’s clock', async () => {
    live.presence(presence(true));
    const far = { session, at: Date.UTC(2199, 0, 1), journalHead: simulated.head, ackedThrough: 0 };
    live.live(message('live', { ...far, terminals: { 'be-1': sample({ activity: 'selling', lastUseAt: far.at }) } }));
    await live.flush();
    expect(await theTerminal()).toMatchObject({ activity: 'selling', stateAt: now, lastUseAt: now });
    live.live(states({ 'be-1': sample({ activity: 'closing' }) }));
    await live.flush();
    expect((await theTerminal()).activity).toBe('closing');
    live.live(states({ 'be-1': sample({ activity: 'idle' }) }, session - 1));
    await live.flush();
    expect((await theTerminal()).activity).toBe('closing');
  });

  it('refuses an instant beyond the year 2199 and text no column holds, and logs that once', async () => {
    const warned: unknown[] = [];
    const log = { warn: (fields: unknown) => void warned.push(fields) } as never;
    const strict = new FleetLive(unitOfWork, { changed: () => undefined } as never, log, () => now);
    for (let i = 0; i < 5; i++) strict.live(states({ 'be-1': sample({ operatorId: 'a\0b' }) }));
    strict.live(states({ 'be-1': sample({ lastUseAt: Date.UTC(2200, 0, 1) }) }));
    await strict.flush();
    expect([strict.malformed(), warned.length]).toEqual([6, 1]);
  });

  it('one gateway’s sample that the database refuses does not cost the others theirs', async () => {
    await database.query("ALTER TABLE terminal_state ADD CONSTRAINT no_wrong CHECK (operator_id <> 'wrong')");
    live.presence(presence(true));
    live.live(states({ 'be-1': sample({ activity: 'selling' }) }));
    const data = { session: 1, at: now.getTime(), journalHead: 0, ackedThrough: 0, terminals: { 'sh-1': sample({ operatorId: 'wrong' }) } };
    live.live(message('live', data, 'shanghai'));
    await live.flush();
    await database.query('ALTER TABLE terminal_state DROP CONSTRAINT no_wrong');
    expect((await theTerminal()).activity).toBe('selling');
    expect(changed).toEqual(['berlin']);
  });

  it('malformed messages are counted and change nothing around them', async () => {
    live.presence(presence(true));
    live.live({ ...states({}), payload: Buffer.from('{') });
    live.live(states({ 'be-1': { ...sample(), power: 'maybe' } as never }));
    live.presence(message('presence', { online: 'yes' }));
    live.live(states({ 'be-1': sample() }));
    await live.flush();
    expect(live.malformed()).toBe(3);
    expect(await theTerminal()).toMatchObject({ power: 'on' });
  });

  it('the journal changes the state too, and what is newer wins', async () => {
    const { ingest } = testIngest(database);
    const journal = async (...entries: Written[]) => {
      const from = simulated.head + 1;
      simulated.append(...entries);
      await ingest.accept(simulated.arrival(from, simulated.head));
      await ingest.idle();
    };
    live.presence(presence(true));
    live.live(states({ 'be-2': sample() }));
    await live.flush();
    const at = now.getTime();
    await journal(
      entry('TerminalPoweredOff', { by: 'policy' }, 'be-2', at + 1),
      entry('OperatorSignedOff', { operatorId: 'anna', by: 'till' }, 'be-2', at + 2),
    );
    expect(await theTerminal('be-2')).toMatchObject({ power: 'off', signedOn: false, operatorId: null });
    const late = states({ 'be-2': sample() });
    await journal(entry('TerminalPoweredOn', { by: 'policy' }, 'be-2', at - 1_000));
    expect(await theTerminal('be-2')).toMatchObject({ power: 'on' });
    await journal(entry('TerminalPoweredOff', { by: 'policy' }, 'be-2', at));
    live.live(late);
    await live.flush();
    expect(await theTerminal('be-2')).toMatchObject({ power: 'off' });
    simulated.append(entry('TerminalPoweredOn', { by: 'policy' }, 'be-2', at + 60_000_000));
    live.live(states({ 'be-2': sample({ power: 'off' }) }));
    await live.flush();
    await ingest.accept(simulated.arrival(simulated.head, simulated.head));
    await ingest.idle();
    expect(await theTerminal('be-2')).toMatchObject({ power: 'off' });
    await journal(...sale(1250, 1, 'be-2').map((one) => ({ ...one, atMs: at + 3_000 })));
    expect(await theTerminal('be-2')).toMatchObject({ lastUseAt: new Date(at + 3_000), unsettledMinor: 1250, unsettledCount: 1 });
    await ingest.stop();
  });
});

describe('closings and policy', () => {
  it('follow the journal: who is proven, blocked and still running; the newest proof; what the gateway applied', async () => {
    const gateway = new SimulatedGateway('shanghai', 'gw-shanghai', 1, {
      privateKey: simulated.privateKey,
      publicKey: simulated.privateKey,
    } as never);
    const { ingest } = testIngest(database);
    const journal = async (...entries: Written[]) => {
      const from = gateway.head + 1;
      gateway.append(...entries);
      await ingest.accept(gateway.arrival(from, gateway.head));
      await ingest.idle();
    };
    const routine = { routineId: '33333333-3333-4333-8333-333333333333', businessDay: '2026-11-21' };
    const blocked = entry('CloseBlocked', { ...routine, step: 'settle', code: 'hostUnreachable', detail: '', evidence: {} }, 'sh-2');
    const proven = (id: string) =>
      entry(
        'CloseProven',
        {
          ...routine,
          overnight: 'off',
          totals: { currency: 'CNY', amountMinor: 500, count: 1 },
          steps: [{ step: 'settle', outcome: 'done', seq: 7 }],
        },
        id,
      );
    const closing = async () => (await run((ctx) => service.newestClosings(ctx, ['shanghai']))).get('shanghai');
    await journal(
      entry('PolicyApplied', { version: 4, refused: [{ key: 'a', reason: 'b\ud800' }] }, null),
      entry('PolicyApplied', { version: 3, refused: [] }, null),
    );
    await journal(entry('ClosingStarted', { ...routine, by: 'policy', terminals: ['sh-1', 'sh-2', 'sh-3'] }, null), proven('sh-1'));
    await journal(blocked);
    expect(await closing()).toMatchObject({ proven: ['sh-1'], blocked: ['sh-2'], running: ['sh-3'], finishedAt: null });
    await journal(proven('sh-2'), entry('ClosingFinished', { ...routine, proven: ['sh-1', 'sh-2'], blocked: [] }, null));
    expect(await closing()).toMatchObject({ proven: ['sh-1', 'sh-2'], blocked: [], running: [], finishedAt: expect.any(Date) });
    const proofs = await run((ctx) => service.newestCloseProofs(ctx, ['shanghai']));
    expect(proofs.get('shanghai/sh-2')).toMatchObject({
      overnight: 'off',
      totalMinor: 500,
      totalCurrency: 'CNY',
      totalCount: 1,
      businessDay: '2026-11-21',
    });
    expect((await run((ctx) => service.gateways(ctx, ['shanghai'])))[0]).toMatchObject({
      policyVersion: 4,
      policyRefused: [{ key: 'a', reason: 'b\ufffd' }],
      ackedThrough: 7,
    });
    await ingest.stop();
  });
});
