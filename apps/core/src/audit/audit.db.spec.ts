import { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { type Actor, systemActor, UnitOfWork } from '../database/index.js';
import { pageRequest } from '../graphql/index.js';
import { AuditLog, type AuditStatement } from './audit.service.js';
import { listAuditEntries } from './audit.store.js';

let database: TestDatabase;
let source: DataSource;
let work: UnitOfWork;
const audit = new AuditLog();
const system = systemActor('test');

const statement = (storeId: string | null, n: number): AuditStatement => ({
  action: 'policy.updated',
  storeId,
  subject: `policy:${storeId ?? 'chain'}`,
  summary: `change ${n}`,
  detail: { n },
});

beforeAll(async () => {
  database = await createTestDatabase();
  source = await database.dataSource();
  work = new UnitOfWork(source, { now: () => new Date('2026-11-21T20:00:00.123Z') });
});
afterAll(() => database.drop());

beforeEach(async () => {
  await unguarded('DELETE FROM audit_entry');
  await database.query("UPDATE audit_head SET entries = 0, hash = encode(sha256('tillward-audit-v1'), 'hex')");
  for (let n = 0; n < 6; n++) await work.run(system, (ctx) => audit.append(ctx, statement(n % 2 === 0 ? 'berlin' : null, n)));
});

/** What only the database's owner can do: switch the guard off first. */
async function unguarded(sql: string): Promise<void> {
  await database.query('ALTER TABLE audit_entry DISABLE TRIGGER USER');
  await database.query(sql);
  await database.query('ALTER TABLE audit_entry ENABLE TRIGGER USER');
}

const verify = () => work.run(system, (ctx) => audit.verify(ctx));

describe('A1 append', () => {
  it('numbers entries from 0 without gaps, also when many append at once', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => work.run(system, (ctx) => audit.append(ctx, statement('berlin', 100 + n)))));
    const rows = await database.query<{ index: number }>('SELECT index FROM audit_entry ORDER BY index');
    expect(rows.map((row) => row.index)).toEqual(Array.from({ length: 26 }, (_, n) => n));
    expect(await verify()).toMatchObject({ intact: true, entries: 26 });
  });

  it('leaves nothing when the work it records is rolled back', async () => {
    const failing = work.run(system, async (ctx) => {
      await audit.append(ctx, statement('berlin', 7));
      throw new Error('the work failed');
    });
    await expect(failing).rejects.toThrow('the work failed');
    expect(await verify()).toMatchObject({ intact: true, entries: 6 });
  });
});

describe('A3 verification', () => {
  it.each([
    ['an altered summary', "UPDATE audit_entry SET summary = 'nothing' WHERE index = 3", 3],
    ['an altered detail', "UPDATE audit_entry SET detail = '{}' WHERE index = 2", 2],
    ['an altered time', "UPDATE audit_entry SET at = at + interval '1 ms' WHERE index = 4", 4],
    ['a removed entry', 'DELETE FROM audit_entry WHERE index = 1', 1],
    ['a cut-off end', 'DELETE FROM audit_entry WHERE index >= 4', 4],
    ['a replaced last hash', "UPDATE audit_entry SET hash = repeat('0', 64) WHERE index = 5", 5],
  ])('finds %s', async (_name, sql, index) => {
    expect(await verify()).toMatchObject({ intact: true, firstBrokenIndex: null });
    await unguarded(sql);
    expect(await verify()).toMatchObject({ intact: false, firstBrokenIndex: index });
  });

  it('finds a head set back together with the end', async () => {
    await unguarded('DELETE FROM audit_entry WHERE index = 5');
    await database.query('UPDATE audit_head SET entries = 5');
    expect(await verify()).toMatchObject({ intact: false });
  });
});

describe('A4 what the app role may do', () => {
  it.each([
    "UPDATE audit_entry SET summary = 'x'",
    'DELETE FROM audit_entry',
    'TRUNCATE audit_entry',
    'ALTER TABLE audit_entry DISABLE TRIGGER USER',
    'DROP TABLE audit_entry',
  ])('refuses %s', async (sql) => {
    await expect(work.run(system, (ctx) => ctx.tx.query(sql))).rejects.toThrow(/permission denied|must be owner/);
  });

  it('stops even the owner while the guard is on', async () => {
    await expect(database.query('DELETE FROM audit_entry')).rejects.toThrow('append-only');
    await expect(database.query('TRUNCATE audit_entry')).rejects.toThrow('append-only');
  });
});

describe('A5 who reads what', () => {
  const person = (stores: readonly string[] | '*'): Actor => ({
    kind: 'person',
    id: 'p',
    name: 'P',
    role: 'manager',
    language: 'en',
    stores,
  });
  const seen = (actor: Actor) => work.run(actor, (ctx) => listAuditEntries(ctx, null, pageRequest(50, null, ['number'])));

  it('shows a manager the own stores only, nothing of the chain, and auditors everything, newest first', async () => {
    expect((await seen(person(['berlin']))).map((entry) => entry.index)).toEqual([4, 2, 0]);
    expect(await seen(person(['tokyo']))).toEqual([]);
    expect(await seen(person([]))).toEqual([]);
    expect((await seen(person('*'))).map((entry) => entry.index)).toEqual([5, 4, 3, 2, 1, 0]);
  });

  it('lets a manager append under a scope that does not see the last entry', async () => {
    await work.run(person(['tokyo']), (ctx) => audit.append(ctx, statement('tokyo', 9)));
    expect(await verify()).toMatchObject({ intact: true, entries: 7 });
  });

  it.each([
    [{ text: 'CHANGE 3' }, [3]],
    [{ actor: 'test', storeId: 'berlin' }, [4, 2, 0]],
    [{ action: 'session.opened' }, []],
    [{ from: new Date('2026-11-21T20:00:01Z') }, []],
  ])('filters by %j', async (filter, expected) => {
    const rows = await work.run(system, (ctx) => listAuditEntries(ctx, filter, pageRequest(50, null, ['number'])));
    expect(rows.map((entry) => entry.index)).toEqual(expected);
  });
});
