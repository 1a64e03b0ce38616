import { EVENT_TYPE, gatewaySource, type TerminalSample } from '@tillward/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Loose, startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { FIELD_ACCESS } from '../graphql/index.js';
import { entry, sale, type Written } from '../ingest/ingest.fixtures.js';
import { FleetLive } from './fleet.live.js';
import { SEARCH_LIMIT } from './history.service.js';

let world: TestCore;
let hq: string;
beforeAll(async () => {
  world = await startTestCore();
  hq = await world.signIn('hq');
});
afterAll(() => world.stop());

const terminal = async (fields: string, storeId = 'berlin', id = `${storeId}-1`, cookie = hq): Promise<Loose> => {
  const answer = await world.ask(cookie, `{ terminal(storeId: "${storeId}", id: "${id}") { ${fields} } }`);
  expect(answer.errors).toBeUndefined();
  return answer.data.terminal;
};

async function journal(...entries: Written[]): Promise<void> {
  world.gateways.get('berlin')!.append(...entries);
  await world.upload('berlin');
}

async function sample(device: TerminalSample['device'], journalHead: number): Promise<void> {
  const live = world.core.app.get(FleetLive, { strict: false });
  const one: TerminalSample = {
    power: 'on',
    service: 'ready',
    activity: 'idle',
    signedOn: true,
    operatorId: null,
    unsettledMinor: 0,
    unsettledCount: 0,
    currency: 'EUR',
    lastUseAt: null,
    ...(device === undefined ? {} : { device }),
  };
  const data = { session: 1, at: world.now().getTime(), journalHead, ackedThrough: journalHead, terminals: { 'berlin-1': one } };
  const event = {
    specversion: '1.0',
    id: 'live-1',
    source: gatewaySource('berlin', 'gw-berlin'),
    type: EVENT_TYPE.live,
    time: world.now().toISOString(),
    datacontenttype: 'application/json',
    data,
  };
  live.live({ address: { store: 'berlin', gateway: 'gw-berlin', channel: 'live' }, payload: Buffer.from(JSON.stringify(event)) });
  await live.flush();
}

const frame = (at: number, name: string, direction: 'sent' | 'received' = 'sent') => ({
  at,
  name,
  direction,
  bytes: 12,
  fields: [{ tag: '04', name: 'Amount', value: '12.50' }],
});

describe('what a terminal is', () => {
  const PERIPHERALS = 'peripherals { kind state since toldBy }';
  const AT = Date.parse('2026-11-21T18:00:00.000Z');

  it('is found by store and id together', async () => {
    await world.database.query(
      `INSERT INTO terminal SELECT 'tokyo', 'berlin-1', 'gw-tokyo', 9, 'Namesake', brand, model, driver, currency, connection
         FROM terminal WHERE terminal_id = 'berlin-1'`,
    );
    expect(await terminal('name', 'berlin', 'berlin-1')).toEqual({ name: 'Till 1 berlin' });
    expect(await terminal('name', 'tokyo', 'berlin-1')).toEqual({ name: 'Namesake' });
    expect(await terminal('name', 'berlin', 'tokyo-1')).toBeNull();
    const { data } = await world.ask(await world.signIn('manager-tokyo'), '{ terminal(id: "berlin-1") { storeId } }');
    expect(data.terminal).toEqual({ storeId: 'tokyo' });
    await world.database.query("DELETE FROM terminal WHERE store_id = 'tokyo' AND terminal_id = 'berlin-1'");
  });

  it('is nothing before it told anything', async () => {
    expect(await terminal('device { model } peripherals { kind } dialogue { cause } observedTraffic { event }')).toEqual({
      device: null,
      peripherals: [],
      dialogue: null,
      observedTraffic: null,
    });
  });

  it('is what the journal described, each fact kept until it changes', async () => {
    await journal(
      entry('TerminalDescribed', { model: 'H5000', software: '1.2' }, 'berlin-1'),
      entry('TerminalDescribed', { serial: 'A-77' }, 'berlin-1'),
    );
    await journal(entry('TerminalDescribed', { software: '1.3' }, 'berlin-1'));
    expect(await terminal('device { model software serial clockSkewSeconds nextRebootAt }')).toEqual({
      device: { model: 'H5000', software: '1.3', serial: 'A-77', clockSkewSeconds: null, nextRebootAt: null },
    });
  });

  it('has the clock and the restart its samples tell, in the store’s zone', async () => {
    await world.report('berlin', 'on');
    // EVENING is 20:00:00 in Berlin.
    const device = { clock: '2026-11-21T20:03:00', nextRebootAt: '2026-11-22T03:30:00' };
    await sample(device, world.gateways.get('berlin')!.head);
    const shown = { clockSkewSeconds: 180, nextRebootAt: '2026-11-22T02:30:00.000Z' };
    expect((await terminal('device { clockSkewSeconds nextRebootAt model }')).device).toEqual({ ...shown, model: 'H5000' });
    world.advance(9_000);
    // The same reading again: it was taken when it was first seen.
    await sample(device, world.gateways.get('berlin')!.head);
    expect((await terminal('device { clockSkewSeconds }')).device).toEqual({ clockSkewSeconds: 180 });
  });

  it('has peripherals, since when by the journal, and overlaid by a later sample', async () => {
    await journal(
      entry('PeripheralStateChanged', { peripheral: 'printer', state: 'paperLow', toldBy: 'printer' }, 'berlin-1', AT - 60_000),
      entry('PeripheralStateChanged', { peripheral: 'printer', state: 'paperOut', toldBy: 'printer' }, 'berlin-1', AT),
    );
    await journal(
      entry('PeripheralStateChanged', { peripheral: 'printer', state: 'paperOut', toldBy: 'terminal' }, 'berlin-1', AT + 1_000),
    );
    const head = world.gateways.get('berlin')!.head;
    const paperOut = { kind: 'printer', state: 'paperOut', since: '2026-11-21T18:00:00.000Z', toldBy: 'terminal' };
    await sample({ peripherals: { printer: 'ready' } }, head - 1);
    expect(await terminal(PERIPHERALS)).toEqual({ peripherals: [paperOut] });
    await sample({ peripherals: { printer: 'ready', scanner: 'offline' } }, head);
    expect(await terminal(PERIPHERALS)).toEqual({
      peripherals: [
        { kind: 'printer', state: 'ready', since: null, toldBy: 'terminal' },
        { kind: 'scanner', state: 'offline', since: null, toldBy: null },
      ],
    });
    await sample({ peripherals: { printer: 'paperOut' } }, head);
    expect(await terminal(PERIPHERALS)).toEqual({ peripherals: [paperOut] });
  });

  it('reads unknown in every part while its gateway is silent', async () => {
    world.advance(91_000);
    expect(await terminal('peripherals { state since }')).toEqual({ peripherals: [{ state: 'unknown', since: null }] });
    await world.report('berlin', 'on');
  });

  it('keeps only the newest captured dialogue', async () => {
    await journal(entry('DialogueCaptured', { cause: 'failed', frames: [frame(AT, 'old')] }, 'berlin-1', AT));
    const frames = [frame(AT, '06 01 Authorisation'), frame(AT + 40, '80 00 Positive acknowledge', 'received')];
    await journal(entry('DialogueCaptured', { cause: 'command', frames }, 'berlin-1', AT + 5_000));
    const { dialogue } = await terminal('dialogue { capturedAt cause frames { at direction name bytes fields { tag name value } } }');
    expect(dialogue).toEqual({
      capturedAt: new Date(AT + 5_000).toISOString(),
      cause: 'command',
      frames: frames.map((one) => ({ ...one, at: new Date(one.at).toISOString() })),
    });
    expect(await world.database.query('SELECT 1 FROM terminal_dialogue')).toHaveLength(1);
  });

  it('shows what was seen in its traffic with the acquirer', async () => {
    const seen = (event: 'signedOn' | 'saleWithoutSignOn' | 'settlementBalanced' | 'saleSeen', more = {}) =>
      entry('AcquirerTrafficObserved', { event, ...more }, 'berlin-2', AT);
    await journal(seen('signedOn', { merchantNumber: '898310148160568' }), seen('saleWithoutSignOn'));
    await journal(seen('settlementBalanced', { acquirerBatchNo: 4_000_000_000 }), seen('saleSeen'));
    const fields = 'event signedOn sessionAt settlement settlementAt acquirerBatchNo merchantNumber saleWithoutSignOnAt';
    const at = '2026-11-21T18:00:00.000Z';
    expect((await terminal(`observedTraffic { ${fields} }`, 'berlin', 'berlin-2')).observedTraffic).toEqual({
      event: 'saleSeen',
      signedOn: true,
      sessionAt: at,
      settlement: 'settlementBalanced',
      settlementAt: at,
      acquirerBatchNo: '4000000000',
      merchantNumber: '898310148160568',
      saleWithoutSignOnAt: at,
    });
  });
});

describe('history', () => {
  const NODE = 'kind seq readable amount { amountMinor currency } peripheralState operatorName code requestedBy';
  const history = async (args: string, id = 'tokyo-1'): Promise<Loose> =>
    (await terminal(`history(${args}) { edges { cursor node { ${NODE} } } pageInfo { hasNextPage endCursor } }`, 'tokyo', id)).history;
  const kinds = (page: Loose): string[] => page.edges.map((edge: Loose) => edge.node.kind);

  beforeAll(async () => {
    world.gateways
      .get('tokyo')!
      .append(
        ...sale(1_500, 1, 'tokyo-1'),
        ...sale(900, 1, 'tokyo-2'),
        entry('PeripheralStateChanged', { peripheral: 'printer', state: 'paperOut', toldBy: 'printer' }, 'tokyo-1'),
        { kind: 'TerminalStateChanged', terminal: 'tokyo-1', payload: '{"power":"sideways"}' },
        { kind: 'KindOfANewerAgent', terminal: 'tokyo-1', payload: '{}' },
        entry('TerminalSignOnFailed', { code: 'hostUnreachable', detail: 'no answer' }, 'tokyo-1'),
      );
    await world.upload('tokyo');
  });

  it('tells a terminal’s entries, newest first, each with what it says', async () => {
    const page = await history('first: 10');
    expect(page.edges.map((edge: Loose) => edge.node)).toMatchObject([
      { kind: 'TerminalSignOnFailed', code: 'hostUnreachable', readable: true },
      { kind: 'TerminalStateChanged', readable: false, code: null },
      { kind: 'PeripheralStateChanged', peripheralState: 'paperOut' },
      { kind: 'PaymentCompleted', amount: { amountMinor: 1_500, currency: 'EUR' } },
      { kind: 'PaymentStarted', operatorName: 'anna' },
    ]);
    expect(page.pageInfo.hasNextPage).toBe(false);
  });

  it('pages without losing or repeating an entry', async () => {
    const seen: string[] = [];
    let after = '';
    for (let pages = 0; pages < 9; pages++) {
      const page = await history(`first: 2${after}`);
      seen.push(...kinds(page));
      if (!page.pageInfo.hasNextPage) break;
      after = `, after: "${page.pageInfo.endCursor}"`;
    }
    expect(seen).toEqual(kinds(await history('first: 10')));
  });

  it('narrows to kinds', async () => {
    expect(kinds(await history('first: 10, kinds: [PaymentStarted, PeripheralStateChanged]'))).toEqual([
      'PeripheralStateChanged',
      'PaymentStarted',
    ]);
    expect(kinds(await history('first: 10, kinds: []'))).toEqual([]);
  });

  it('goes on through earlier epochs and gateways the store had before', async () => {
    const columns = 'store_id, gateway_id, epoch, seq, at, kind, terminal_id, payload, hash';
    const old = `VALUES ('tokyo', 'gw-tokyo', 1, 11, now(), 'MessageDisplayed', 'tokyo-2', '{"by":"command"}', ''),
                        ('tokyo', 'gw-before', 1, 1, now(), 'MessageDisplayed', 'tokyo-2', '{"by":"till"}', '')`;
    await world.database.query(`INSERT INTO journal_entry (${columns}) ${old}`);
    await world.database.query(
      `INSERT INTO gateway_cursor (store_id, gateway_id, epoch, seq, hash) VALUES ('tokyo', 'gw-before', 1, 1, '')`,
    );
    await world.database.query("UPDATE gateway_cursor SET epoch = 2, seq = 0 WHERE gateway_id = 'gw-tokyo'");
    await world.database.query(
      "INSERT INTO journal_epoch (store_id, gateway_id, epoch, previous_seq, previous_hash) VALUES ('tokyo', 'gw-tokyo', 2, 11, '')",
    );
    expect(kinds(await history('first: 9', 'tokyo-2'))).toEqual([
      'MessageDisplayed',
      'PaymentCompleted',
      'PaymentStarted',
      'MessageDisplayed',
    ]);
    const first = await history('first: 3', 'tokyo-2');
    expect(kinds(await history(`first: 3, after: "${first.pageInfo.endCursor}"`, 'tokyo-2'))).toEqual(['MessageDisplayed']);
  });

  it('stops a search that finds nothing, and goes on from there when asked', async () => {
    await world.database.query(
      `INSERT INTO journal_entry (store_id, gateway_id, epoch, seq, at, kind, terminal_id, payload, hash)
       SELECT 'tokyo', 'gw-tokyo', 2, n, now(), 'MessageDisplayed', 'tokyo-2', '{"by":"till"}', '' FROM generate_series(1, $1::int) n`,
      [SEARCH_LIMIT + 500],
    );
    await world.database.query("UPDATE gateway_cursor SET seq = $1 WHERE gateway_id = 'gw-tokyo'", [SEARCH_LIMIT + 500]);
    const page = await history('first: 3');
    expect(page).toMatchObject({ edges: [], pageInfo: { hasNextPage: true } });
    const next = await history(`first: 3, after: "${page.pageInfo.endCursor}"`);
    expect(kinds(next)).toEqual(['TerminalSignOnFailed', 'TerminalStateChanged', 'PeripheralStateChanged']);
  });

  it('refuses a page without end and a cursor of another list', async () => {
    for (const args of ['first: 201', 'first: 0', 'first: 1, after: "bm90aGluZw"']) {
      const { errors } = await world.ask(hq, `{ terminal(storeId: "tokyo", id: "tokyo-1") { history(${args}) { __typename } } }`);
      expect(errors?.[0]?.extensions.code).toBe('invalidInput');
    }
  });
});

describe('who may read it', () => {
  const FIELDS = {
    'Terminal.history': 'history(first: 1) { edges { node { kind } } }',
    'Terminal.commands': 'commands(first: 1) { totalCount }',
    'Terminal.dialogue': 'dialogue { cause }',
    'Terminal.observedTraffic': 'observedTraffic { event }',
  } as const satisfies Record<keyof typeof FIELD_ACCESS, string>;

  it.each(['hq', 'manager-berlin', 'auditor', 'cashier-berlin'])('%s gets what the role may ask', async (person) => {
    const cookie = await world.signIn(person);
    const role = person.split('-')[0]!;
    for (const [field, query] of Object.entries(FIELDS)) {
      const { errors } = await world.ask(cookie, `{ terminal(storeId: "berlin", id: "berlin-1") { ${query} } }`);
      const may = (FIELD_ACCESS[field as keyof typeof FIELD_ACCESS] as readonly string[]).includes(role);
      expect([field, errors?.[0]?.extensions.code]).toEqual([field, may ? undefined : 'notAllowed']);
    }
  });

  it('nobody of another store, whatever the database is asked', async () => {
    const cookie = await world.signIn('manager-tokyo');
    expect(await terminal(Object.values(FIELDS).join(' '), 'berlin', 'berlin-1', cookie)).toBeNull();
    const tables = ['terminal_device', 'terminal_peripheral', 'terminal_dialogue', 'terminal_traffic', 'terminal_order'];
    for (const table of tables) {
      const [row] = await world.database.query<{ secured: boolean }>(
        `SELECT relrowsecurity AND relforcerowsecurity AS secured FROM pg_class WHERE relname = $1`,
        [table],
      );
      expect([table, row?.secured]).toEqual([table, true]);
    }
  });
});
