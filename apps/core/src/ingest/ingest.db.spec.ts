import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { ackedThrough, entry, paymentIds, register, SimulatedGateway, sale, testIngest } from './ingest.fixtures.js';
import { type CursorRule, decideBatch } from './ingest.rules.js';
import type { IngestService } from './ingest.service.js';

let database: TestDatabase;
let ingests: IngestService[] = [];
let count = 0;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  await database.drop();
});
beforeEach(() => {
  count += 1;
});
afterEach(async () => {
  for (const ingest of ingests) await ingest.stop();
  ingests = [];
});

function start(change: Parameters<typeof testIngest>[1] = {}) {
  const started = testIngest(database, change);
  ingests.push(started.ingest);
  return started;
}

async function gateway(epoch = 1, name = `g${count}`, keys?: ConstructorParameters<typeof SimulatedGateway>[3]): Promise<SimulatedGateway> {
  const one = new SimulatedGateway(`s${count}`, name, epoch, keys);
  await register(database, one);
  return one;
}

const stored = (of: SimulatedGateway) =>
  database.query<{ epoch: number; seq: number }>(
    'SELECT epoch, seq FROM journal_entry WHERE store_id = $1 AND gateway_id = $2 ORDER BY epoch, seq',
    [of.store, of.gateway],
  );
const seqs = async (of: SimulatedGateway) => (await stored(of)).map((row) => row.seq);
const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1);

async function feed(ingest: IngestService, arrivals: Iterable<Parameters<IngestService['accept']>[0]>): Promise<void> {
  for (const arrival of arrivals) await ingest.accept(arrival);
  await ingest.idle();
}

describe('ingest', () => {
  it('stores signed batches in order, keeps the exact payload text and acknowledges what it committed', async () => {
    const g = await gateway();
    g.append(...Array.from({ length: 60 }, (_, i) => sale(100 + i, i + 1)).flat());
    const { ingest, told } = start();
    await feed(ingest, g.arrivals(25));
    expect(await seqs(g)).toEqual(upTo(120));
    expect(ackedThrough(told, g.gateway)).toBe(120);
    const [row] = await database.query<{ payload: string; hash: Buffer; at: Date }>(
      'SELECT payload, hash, at FROM journal_entry WHERE store_id = $1 AND seq = 120',
      [g.store],
    );
    const data = g.data(120, 120);
    expect(row?.payload).toBe(data.payload[0]);
    expect(row?.hash.toString('hex')).toBe(data.lastHash);
    expect(row?.at.getTime()).toBe(data.at[0]);
  });

  it('has every entry exactly once whatever is repeated, reordered or lost on the way, as long as the gateway sends again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(11), { minLength: 1, maxLength: 30 }), fc.integer({ min: 1, max: 9 }), async (order, size) => {
        count += 1;
        const g = await gateway();
        g.append(...Array.from({ length: 20 }, (_, i) => sale(100, i + 1)).flat());
        const { ingest, told } = start();
        const batches = g.arrivals(size);
        for (const i of order) await ingest.accept(batches[i % batches.length]!);
        await ingest.idle();
        const through = ackedThrough(told, g.gateway);
        expect(await seqs(g)).toEqual(upTo(through));
        await feed(ingest, batches);
        expect(await seqs(g)).toEqual(upTo(40));
        expect(ackedThrough(told, g.gateway)).toBe(40);
        const [batch] = await database.query<{ journal_minor: number; journal_count: number }>('SELECT * FROM batch WHERE store_id = $1', [
          g.store,
        ]);
        expect([batch?.journal_minor, batch?.journal_count]).toEqual([2000, 20]);
        await ingest.stop();
        ingests = ingests.filter((one) => one !== ingest);
      }),
      { seed: 20261121, numRuns: 25 },
    );
  });

  it('stores nothing behind a gap and asks for the missing range', async () => {
    const g = await gateway();
    g.append(...sale(), ...sale(), ...sale());
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 2)]);
    await feed(ingest, [g.arrival(5, 6)]);
    expect(await seqs(g)).toEqual([1, 2]);
    expect(told.filter((one) => one.channel === 'journal/resend').map((one) => one.body)).toEqual([
      { store: g.store, gateway: g.gateway, epoch: 1, fromSeq: 3, throughSeq: 4, at: expect.any(Number) },
    ]);
    await feed(ingest, [g.arrival(3, 4), g.arrival(5, 6)]);
    expect(await seqs(g)).toEqual(upTo(6));
  });

  it('acknowledges a repeated batch again without storing it', async () => {
    const g = await gateway();
    g.append(...sale(), ...sale());
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 4)]);
    told.length = 0;
    await feed(ingest, [g.arrival(1, 2)]);
    expect(ackedThrough(told, g.gateway)).toBe(4);
    expect(ingest.counters.duplicates).toBe(2);
    expect(await seqs(g)).toEqual(upTo(4));
  });

  it('a batch sent twice at once is stored once and is no fork', async () => {
    const g = await gateway();
    g.append(...sale(), ...sale(), ...sale());
    const { ingest, told } = start();
    await ingest.reloadGateways();
    await feed(ingest, [g.arrival(1, 4), g.arrival(1, 2), g.arrival(1, 4), g.arrival(5, 6), g.arrival(3, 4)]);
    expect(ingest.counters).toMatchObject({ forks: 0, entries: 6, transactions: 1 });
    expect(ackedThrough(told, g.gateway)).toBe(6);
    expect(told).toHaveLength(1);
  });

  const keysOf = (g: SimulatedGateway) => ({ privateKey: g.privateKey, publicKey: g.privateKey }) as never;
  const troubles = async (g: SimulatedGateway) => {
    const rows = await database.query<{ payload: string }>(
      `SELECT payload FROM outbox WHERE topic = 'journal.trouble' AND key = $1 ORDER BY id`,
      [`${g.store}/${g.gateway}`],
    );
    return rows.map((row) => JSON.parse(row.payload) as { trouble: string; epoch: number; seq: number; reason: string });
  };

  it('says to an old copy that wrote on how far it holds the same, stores nothing of it, and tells once', async () => {
    const g = await gateway();
    g.append(...sale(100), ...sale(200));
    const copy = g.copy(2).append(...sale(999), ...sale(1));
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 4)]);
    for (const [from, through] of [
      [1, 3],
      [3, 6],
      [1, 3],
    ] as const) {
      told.length = 0;
      await feed(ingest, [copy.arrival(from, through)]);
      expect(told.map(({ channel, body }) => [channel, body])).toEqual([
        [
          'journal/ack',
          expect.objectContaining({
            epoch: 1,
            ackedThrough: 2,
            hash: g.data(1, 2).lastHash,
            refused: { code: 'diverged', throughSeq: through, lastHash: copy.data(1, through).lastHash },
          }),
        ],
      ]);
    }
    told.length = 0;
    await feed(ingest, [copy.arrival(5, 6)]);
    expect(told).toEqual([]);
    expect(await seqs(g)).toEqual(upTo(4));
    expect((await troubles(g)).map(({ trouble }) => trouble)).toEqual(['diverged', 'diverged']);
    expect(await database.query('SELECT DISTINCT seq FROM journal_fork WHERE store_id = $1 ORDER BY seq', [g.store])).toEqual([
      { seq: 3 },
      { seq: 4 },
    ]);
  });

  it('takes the epoch in which the copy goes on, and refuses the original that writes beside it, until somebody enrols one anew', async () => {
    const g = await gateway();
    g.append(...sale(100), ...sale(200), ...sale(300));
    const healed = new SimulatedGateway(g.store, g.gateway, 2, keysOf(g)).append(...sale(), ...sale());
    const third = new SimulatedGateway(g.store, g.gateway, 3, keysOf(g)).append(...sale());
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 4), healed.arrival(1, 2)]);
    told.length = 0;
    await feed(ingest, [g.arrival(5, 6)]);
    const refused = { code: 'cloned', throughSeq: 6, lastHash: g.data(5, 6).lastHash };
    expect(told.map(({ body }) => body)).toEqual([expect.objectContaining({ epoch: 1, ackedThrough: 4, refused })]);
    told.length = 0;
    await feed(ingest, [third.arrival(1, 2), healed.arrival(3, 4)]);
    expect(told.map(({ body }) => [body.epoch, body.ackedThrough, body.refused?.code])).toEqual([
      [2, 4, undefined],
      [3, 0, 'cloned'],
    ]);
    expect(await troubles(g)).toEqual([
      expect.objectContaining({ trouble: 'diverged' }),
      expect.objectContaining({ trouble: 'cloned', epoch: 1, seq: 4 }),
    ]);

    const anew = new SimulatedGateway(g.store, g.gateway, 3).append(...sale());
    await database.query('UPDATE gateway SET public_key = $1 WHERE store_id = $2', [anew.publicKey, g.store]);
    await ingest.reloadGateways();
    await feed(ingest, [anew.arrival(1, 2)]);
    expect(await stored(g)).toHaveLength(4 + 4 + 2);
  });

  it('answers a machine that closed an epoch itself how far it holds it, and suspects nobody', async () => {
    const g = await gateway();
    g.append(...sale(100), ...sale(200), ...sale(300));
    const next = new SimulatedGateway(g.store, g.gateway, 2, keysOf(g)).append(...sale());
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 4), next.arrival(1, 2)]);
    told.length = 0;
    const close = (event: Record<string, unknown>) => {
      (event['data'] as Record<string, unknown>)['closed'] = true;
    };
    await feed(ingest, [g.arrival(3, 4, close)]);
    expect(told.map(({ body }) => body)).toEqual([expect.objectContaining({ epoch: 1, ackedThrough: 4 })]);
    await feed(ingest, [g.arrival(3, 6, close)]);
    expect(told.at(-1)!.body).toMatchObject({ epoch: 1, ackedThrough: 4, refused: { code: 'diverged', throughSeq: 6 } });
    expect((await troubles(g)).some(({ trouble }) => trouble === 'cloned')).toBe(false);
  });

  it('stores the rest of an epoch its machine has closed, as long as no later one has begun here', async () => {
    const g = await gateway();
    g.append(...sale(100), ...sale(200));
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 2)]);
    await feed(ingest, [
      g.arrival(3, 4, (event) => {
        (event['data'] as Record<string, unknown>)['closed'] = true;
      }),
    ]);
    expect(ackedThrough(told, g.gateway)).toBe(4);
    expect(await seqs(g)).toEqual(upTo(4));
  });

  it('begins a new epoch only on its own genesis hash, also when one between was lost', async () => {
    const g = await gateway();
    g.append(...sale());
    const keys = keysOf(g);
    const second = new SimulatedGateway(g.store, g.gateway, 2, keys).append(...sale(), ...sale());
    const fourth = new SimulatedGateway(g.store, g.gateway, 4, keys).append(...sale());
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 2), second.arrival(3, 4)]);
    expect((await stored(g)).map((row) => row.epoch)).toEqual([1, 1]);
    expect(told.at(-1)!.channel).toBe('journal/resend');
    expect(told.at(-1)).toMatchObject({ channel: 'journal/resend', body: { epoch: 2, fromSeq: 1, throughSeq: 2 } });
    await feed(ingest, [second.arrival(1, 4), fourth.arrival(1, 2)]);
    expect((await stored(g)).map((row) => row.epoch)).toEqual([1, 1, 2, 2, 2, 2, 4, 4]);
    expect(await database.query('SELECT epoch, previous_seq FROM journal_epoch WHERE store_id = $1 ORDER BY epoch', [g.store])).toEqual([
      { epoch: 1, previous_seq: 0 },
      { epoch: 2, previous_seq: 2 },
      { epoch: 4, previous_seq: 4 },
    ]);
  });

  it('stores an entry whose payload is malformed, quarantines it, and projects everything around it', async () => {
    const g = await gateway();
    g.append(...sale(100, 1), { kind: 'PaymentStarted', terminal: 't1', payload: '{"paymentId":"no uuid"}' });
    g.append(
      { kind: 'PaymentStarted', terminal: null, payload: sale()[0]!.payload },
      { kind: 'AgentStopped', terminal: null, payload: 'not json' },
    );
    g.append(
      { kind: 'TerminalSignedOff', terminal: 't1', payload: '{"by":"ti\0ll"}' },
      { kind: 'SomethingNewHappened', terminal: null, payload: '{"a":1}' },
    );
    g.append(...sale(250, 2));
    const { ingest, told } = start();
    await feed(ingest, [g.arrival(1, 9)]);
    expect(ackedThrough(told, g.gateway)).toBe(9);
    expect(await seqs(g)).toEqual(upTo(9));
    const quarantined = await database.query<{ seq: number; reason: string }>(
      'SELECT seq, reason FROM journal_quarantine WHERE store_id = $1 ORDER BY seq',
      [g.store],
    );
    expect(quarantined).toEqual([
      { seq: 3, reason: 'wrongShape' },
      { seq: 4, reason: 'terminalMissing' },
      { seq: 5, reason: 'notJson' },
      { seq: 6, reason: 'unstorableCharacter' },
    ]);
    expect(await troubles(g)).toEqual([expect.objectContaining({ trouble: 'quarantined', seq: 3, reason: 'wrongShape' })]);
    const [batch] = await database.query<{ journal_minor: number }>('SELECT journal_minor FROM batch WHERE store_id = $1', [g.store]);
    expect(batch?.journal_minor).toBe(350);
  });

  it('refuses what is no batch, is wrongly signed or comes from a stranger, and goes on with the rest', async () => {
    const g = await gateway();
    g.append(...sale(), ...sale());
    const stranger = new SimulatedGateway(`s${count}`, 'nobody').append(...sale());
    const impostor = new SimulatedGateway(g.store, g.gateway).append(...sale());
    const { ingest } = start();
    const broken = { ...g.arrival(1, 2), payload: Buffer.from('{') };
    const altered = g.arrival(1, 2, (event) => {
      (event['data'] as { payload: string[] }).payload[1] = '{}';
    });
    const foreign = g.arrival(1, 2, (event) => {
      event['source'] = '/stores/other/gateways/other';
    });
    await feed(ingest, [broken, altered, foreign, stranger.arrival(1, 2), impostor.arrival(1, 2), g.arrival(1, 4)]);
    expect(ingest.counters.refused).toBe(5);
    expect(await seqs(g)).toEqual(upTo(4));
    const reasons = await database.query<{ reason: string }>('SELECT reason FROM journal_quarantine WHERE store_id = $1 ORDER BY reason', [
      g.store,
    ]);
    expect(reasons.map((row) => row.reason)).toEqual(['badSignature', 'brokenChain', 'foreignSource', 'notJson']);
  });

  it('isolates a gateway whose transaction is refused; the others of its lane go on', async () => {
    const sick = await gateway(1, `sick${count}`);
    const sound = await gateway(1, `sound${count}`);
    sick.append(...sale(), ...sale());
    sound.append(...sale(), ...sale());
    const { ingest, told } = start({ lanes: 1 });
    ingest.project({
      kinds: ['PaymentStarted'],
      begin: () => {
        let refuse = false;
        return {
          add: (one) => {
            if (one.gateway === sick.gateway) refuse = true;
          },
          flush: async (db) => {
            if (refuse) await db.query('SELECT 1/0');
          },
        };
      },
    });
    await feed(ingest, [sick.arrival(1, 2), sound.arrival(1, 2), sick.arrival(3, 4), sound.arrival(3, 4)]);
    expect(ackedThrough(told, sound.gateway)).toBe(4);
    expect(ackedThrough(told, sick.gateway)).toBe(0);
    expect(await seqs(sound)).toEqual(upTo(4));
    expect(await seqs(sick)).toEqual([]);
  });

  it.each([
    ['little waits: one transaction for all lanes', 512 * 1024, 1],
    ['much waits: each lane has its own', 0, 2],
  ])('%s, everything stored and acknowledged', async (_when, lightBytes, transactions) => {
    const [a, b] = [await gateway(1, `a${count}`), await gateway(1, `b${count}`)];
    for (const one of [a, b]) one.append(...sale(), ...sale());
    const { ingest, told } = start({ laneOptions: { lingerMs: 1, lightBytes }, laneFor: (_store, name) => (name === a.gateway ? 0 : 1) });
    await ingest.reloadGateways();
    await feed(ingest, [a.arrival(1, 2), b.arrival(1, 2), a.arrival(3, 4), b.arrival(3, 4)]);
    expect(ingest.counters).toMatchObject({ transactions, entries: 8 });
    for (const one of [a, b]) {
      expect(await seqs(one)).toEqual(upTo(4));
      expect(ackedThrough(told, one.gateway)).toBe(4);
    }
  });

  it('writes one outbox row per gateway and transaction, and only for kinds somebody wants', async () => {
    const g = await gateway();
    const routine = { routineId: '11111111-1111-4111-8111-111111111111', businessDay: '2026-11-21' };
    g.append(
      ...sale(),
      ...sale(),
      entry('CloseBlocked', { ...routine, step: 'settle', code: 'hostUnreachable', detail: '', evidence: {} }),
      ...sale(),
    );
    const rings: string[] = [];
    const { ingest } = start({ wanted: (kind) => kind === 'CloseBlocked', ring: () => void rings.push('ring') });
    await feed(ingest, [g.arrival(1, 4)]);
    expect(rings).toHaveLength(0);
    await feed(ingest, [g.arrival(5, 7)]);
    expect(rings).toHaveLength(1);
    const rows = await database.query<{ payload: string }>('SELECT payload FROM outbox WHERE key = $1', [`${g.store}/${g.gateway}`]);
    expect(rows.map((row) => JSON.parse(row.payload))).toEqual([
      { store: g.store, gateway: g.gateway, epoch: 1, fromSeq: 5, throughSeq: 7, kinds: ['CloseBlocked'] },
    ]);
  });
});

describe('gateway affinity (PERFORMANCE.md, design 2)', () => {
  /** Every batch alternates between the two lanes, as without affinity; batch 1 is held up so that batch 2 commits first. */
  async function outOfOrder(rule: CursorRule): Promise<{ g: SimulatedGateway; acked: number }> {
    const g = await gateway();
    g.append(...Array.from({ length: 10 }, () => sale()).flat());
    let next = 0;
    const { ingest, told } = start({ rule, laneFor: () => next++ % 2, laneOptions: { lingerMs: 0 } });
    await ingest.reloadGateways();
    await feed(ingest, [g.arrival(11, 20)]);
    await feed(ingest, [g.arrival(1, 10)]);
    return { g, acked: ackedThrough(told, g.gateway) };
  }

  /** What a prototype did: takes whatever is beyond the cursor. It silently lost 200 of 500,000 entries. */
  const naive: CursorRule = (cursor, batch) => {
    if (batch.throughSeq <= cursor.seq) return { kind: 'duplicate', epoch: batch.epoch, seq: cursor.seq, hash: cursor.hash };
    return { kind: 'store', skip: 0, cursor: { epoch: batch.epoch, seq: batch.throughSeq, hash: batch.lastHash }, opensEpoch: false };
  };

  it('a rule that doesn’t refuse gaps acknowledges entries it never stored when batches change lanes', async () => {
    const { g, acked } = await outOfOrder(naive);
    expect(acked).toBe(20);
    expect((await seqs(g)).length).toBe(10);
  });

  it('ours refuses the later batch: nothing is acknowledged that isn’t stored', async () => {
    const { g, acked } = await outOfOrder(decideBatch);
    expect(acked).toBe(10);
    expect(await seqs(g)).toEqual(upTo(10));
  });
});

describe('payments through ingest', () => {
  it('a payment in doubt that the terminal booked is completed and marked; one it does not know is failed', async () => {
    const g = await gateway();
    const booked = paymentIds();
    const lost = paymentIds();
    const started = { amountMinor: 700, currency: 'EUR', operatorId: 'anna', tillId: 'till-1' };
    g.append(
      entry('PaymentStarted', { ...booked, ...started, idempotencyKey: 'a' }),
      entry('PaymentInDoubt', { ...booked, reason: 'connection lost' }),
    );
    g.append(
      entry('PaymentStarted', { ...lost, ...started, idempotencyKey: 'b' }),
      entry('PaymentInDoubt', { ...lost, reason: 'connection lost' }),
    );
    g.append(entry('PaymentResolved', { ...booked, booked: { amountMinor: 700, currency: 'EUR', traceNo: 9 }, asked: '06 20' }));
    g.append(entry('PaymentResolved', { ...lost, booked: null, asked: '06 20' }));
    const { ingest } = start();
    await feed(ingest, [g.arrival(1, 2), g.arrival(3, 4)]);
    const doubtful = await database.query<{ state: string }>('SELECT state FROM card_transaction WHERE store_id = $1', [g.store]);
    expect(doubtful.map((row) => row.state)).toEqual(['inDoubt', 'inDoubt']);
    await feed(ingest, [g.arrival(5, 6)]);
    const rows = await database.query(
      'SELECT payment_id, state, was_in_doubt, trace_no FROM card_transaction WHERE store_id = $1 ORDER BY payment_id',
      [g.store],
    );
    expect(rows).toEqual([
      { payment_id: booked.paymentId, state: 'completed', was_in_doubt: true, trace_no: 9 },
      { payment_id: lost.paymentId, state: 'failed', was_in_doubt: true, trace_no: null },
    ]);
    const [batch] = await database.query('SELECT journal_minor, journal_count, state FROM batch WHERE store_id = $1', [g.store]);
    expect(batch).toEqual({ journal_minor: 700, journal_count: 1, state: 'open' });
  });
});
