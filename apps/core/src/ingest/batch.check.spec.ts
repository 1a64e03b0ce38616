import { journalBatchEvent } from '@tillward/contracts';
import { describe, expect, it } from 'vitest';
import { checkBatch } from './batch.check.js';
import { SimulatedGateway, sale } from './ingest.fixtures.js';

const gateway = new SimulatedGateway('berlin', 'gw-berlin').append(...sale(), ...sale());
const ADDRESS = { store: 'berlin', gateway: 'gw-berlin' };

/** A changed event: field paths with dots; undefined removes. */
function changed(path: string, value: unknown): Buffer {
  return gateway.arrival(1, 4, (event) => {
    const parts = path.split('.');
    const last = parts.pop()!;
    const target = parts.reduce<Record<string, unknown>>((at, part) => at[part] as Record<string, unknown>, event);
    if (value === undefined) delete target[last];
    else target[last] = value;
  }).payload;
}

describe('checkBatch', () => {
  it('reads a batch and recomputes every hash', () => {
    const check = checkBatch(ADDRESS, gateway.arrival(2, 4).payload);
    expect(check).toMatchObject({ ok: true, batch: { epoch: 1, fromSeq: 2, throughSeq: 4, lastHash: gateway.data(1, 4).lastHash } });
    if (check.ok) expect(check.batch.hashes).toEqual([2, 3, 4].map((seq) => gateway.data(1, seq).lastHash));
  });

  it.each([
    ['data.epoch', 0],
    ['data.epoch', 1.5],
    ['data.epoch', '1'],
    ['data.fromSeq', -1],
    ['data.fromSeq', Number.MAX_SAFE_INTEGER + 1],
    ['data.prevHash', 'A'.repeat(64)],
    ['data.lastHash', 'zz'],
    ['data.signature', 'short'],
    ['data.at', []],
    ['data.at', [1, 2, 3]],
    ['data.at.0', -1],
    ['data.at.0', 1.5],
    ['data.at.0', null],
    ['data.kind.0', ''],
    ['data.kind.0', 'k'.repeat(65)],
    ['data.kind', 'PaymentStarted'],
    ['data.terminal.0', 'No Slug'],
    ['data.terminal.0', 7],
    ['data.payload.0', { not: 'text' }],
    ['data.payload.0', 'x'.repeat(16 * 1024 + 1)],
    ['data.payload', undefined],
    ['type', 'app.tillward.live.v1'],
    ['specversion', '0.3'],
    ['data', []],
    ['data', null],
  ])('refuses %s = %j, as the schema of the contract does', (path, value) => {
    const bytes = changed(path, value);
    expect(checkBatch(ADDRESS, bytes).ok).toBe(false);
    expect(journalBatchEvent.safeParse(JSON.parse(bytes.toString())).success).toBe(false);
  });

  it('takes what the schema of the contract takes', () => {
    const bytes = gateway.arrival(1, 4).payload;
    expect(journalBatchEvent.safeParse(JSON.parse(bytes.toString())).success).toBe(true);
    expect(checkBatch(ADDRESS, bytes).ok).toBe(true);
  });

  it.each([
    ['{', 'notJson'],
    ['', 'notJson'],
    ['null', 'notABatch'],
    ['[]', 'notABatch'],
    ['"text"', 'notABatch'],
    [`${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'notABatch'],
  ])('says of %s that it is %s', (text, fault) => {
    expect(checkBatch(ADDRESS, Buffer.from(text))).toEqual({ ok: false, fault });
  });

  it.each(['at.0', 'kind.1', 'terminal.2', 'payload.3'])('a changed %s breaks the chain', (column) => {
    const value = { at: 5, kind: 'AgentStopped', terminal: 't9', payload: '{"a":1}' }[column.split('.')[0]!];
    expect(checkBatch(ADDRESS, changed(`data.${column}`, value))).toEqual({ ok: false, fault: 'brokenChain' });
  });

  it('refuses a batch that speaks for another gateway than its topic’s', () => {
    expect(checkBatch({ store: 'paris', gateway: 'gw-paris' }, gateway.arrival(1, 4).payload)).toEqual({
      ok: false,
      fault: 'foreignSource',
    });
  });
});
