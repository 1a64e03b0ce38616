import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Change, ChangeFeed, ChangeNotifier } from './change-feed.js';
import { type Actor, systemActor } from './database.actor.js';
import { APP_ROLE, connectionAs, INGEST_ROLE } from './database.connection.js';
import { createTestDatabase, silentLog, type TestDatabase, testServerUrl } from './database.fixtures.js';
import { appDataSource } from './database.module.js';
import { DatabaseRefused, migrate, orderMigrations } from './database.runner.js';
import { UnitOfWork } from './unit-of-work.js';

let database: TestDatabase;
let dataSource: DataSource;
let unitOfWork: UnitOfWork;

const person = (stores: readonly string[] | '*'): Actor => ({
  kind: 'person',
  id: 'm',
  name: 'M',
  role: 'manager',
  language: 'en',
  stores,
});

beforeAll(async () => {
  database = await createTestDatabase();
  dataSource = await database.dataSource();
  unitOfWork = new UnitOfWork(dataSource, { now: () => new Date('2026-11-21T12:00:00Z') });
  await database.query("INSERT INTO chain VALUES ('c', 'Chain')");
  for (const store of ['berlin', 'shanghai']) {
    await database.query("INSERT INTO store VALUES ($1, 'c', 0, $1, 'x', 'UTC', 'EUR')", [store]);
    await database.query("INSERT INTO gateway VALUES ($1, $2, 'key')", [store, `gw-${store}`]);
    await database.query("INSERT INTO journal_entry VALUES ($1, $2, 1, 1, now(), 'AgentStopped', NULL, '{}', '\\x00')", [
      store,
      `gw-${store}`,
    ]);
    await database.query(
      "INSERT INTO card_transaction (store_id, payment_id, gateway_id, terminal_id, batch_no, business_day, state, amount_minor, currency, started_at) VALUES ($1, gen_random_uuid(), 'g', 't1', 1, '2026-11-21', 'completed', 100, 'EUR', now())",
      [store],
    );
  }
});
afterAll(() => database.drop());

describe('row-level security', () => {
  const seen = (actor: Actor, table: string) =>
    unitOfWork.run(actor, async ({ tx }) =>
      ((await tx.query(`SELECT DISTINCT store_id FROM ${table} ORDER BY 1`)) as { store_id: string }[]).map((r) => r.store_id),
    );

  it.each(['store', 'gateway', 'journal_entry', 'card_transaction'])('shows of %s the actor’s stores only', async (table) => {
    expect(await seen(person(['berlin']), table)).toEqual(['berlin']);
    expect(await seen(person(['berlin', 'shanghai']), table)).toEqual(['berlin', 'shanghai']);
    expect(await seen(person([]), table)).toEqual([]);
    expect(await seen(person('*'), table)).toEqual(['berlin', 'shanghai']);
    expect(await seen(systemActor('test'), table)).toEqual(['berlin', 'shanghai']);
  });

  it('shows nothing to a connection whose scope was never set', async () => {
    expect(await dataSource.query('SELECT * FROM store')).toEqual([]);
  });

  it('does not leak one transaction’s scope into the next on the same connection', async () => {
    await seen(person('*'), 'store');
    const runner = dataSource.createQueryRunner();
    expect(await runner.query('SELECT * FROM store')).toEqual([]);
    await runner.release();
  });

  it('refuses to write another store’s rows', async () => {
    const write = unitOfWork.run(person(['berlin']), ({ tx }) => tx.query("INSERT INTO gateway VALUES ('shanghai', 'gw-x', 'key')"));
    await expect(write).rejects.toThrow(/row-level security/);
    const changed = await unitOfWork.run(person(['berlin']), ({ tx }) =>
      tx.query("UPDATE gateway SET public_key = 'mine' WHERE store_id = 'shanghai'"),
    );
    expect(changed[1]).toBe(0);
  });

  // Unique without regard to the store, and small enough to be copied to every node of a distributed database: which of an acquirer's numbers is which store's, and transfers for several stores,
  // of which store_id names the one that hears of them.
  const REFERENCES = ['acquirer_terminal', 'payout'];

  it('puts every table with a store_id under a policy, its key beginning with store_id', async () => {
    const tables = await database.query<{ name: string; enabled: boolean; forced: boolean; owner: string; first: string | null }>(
      `SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced, pg_get_userbyid(c.relowner) AS owner,
              (SELECT k.attname FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary) AS first
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'store_id' AND a.attnotnull
        WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace AND NOT c.relispartition`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      expect(table, table.name).toMatchObject({ enabled: true, ...(REFERENCES.includes(table.name) ? {} : { first: 'store_id' }) });
      // An owner is exempt unless forced: only the role that may nothing but ingest may own (docs/adr/0002).
      if (!table.forced) expect(table.owner, table.name).toBe(INGEST_ROLE);
    }
  });
});

describe('the app role', () => {
  it.each(['UPDATE', 'DELETE'])('may not %s journal entries', async (verb) => {
    const statement = verb === 'UPDATE' ? "UPDATE journal_entry SET payload = '{}'" : 'DELETE FROM journal_entry';
    await expect(unitOfWork.run(systemActor('test'), ({ tx }) => tx.query(statement))).rejects.toThrow(/permission denied/);
  });

  it.each(['journal_entry_0', 'journal_entry_3'])('can’t reach partition %s around the policy', async (partition) => {
    await expect(unitOfWork.run(systemActor('test'), ({ tx }) => tx.query(`SELECT * FROM ${partition}`))).rejects.toThrow(
      /permission denied/,
    );
  });

  it('is not the owner of anything it reads', async () => {
    expect(await database.query('SELECT 1 FROM pg_class WHERE relowner = $1::regrole', [APP_ROLE])).toEqual([]);
  });
});

describe('UnitOfWork', () => {
  it('commits what it did, returns the value and gives the clock’s time', async () => {
    const now = await unitOfWork.run(systemActor('test'), async (ctx) => {
      await ctx.tx.query("UPDATE chain SET name = 'Renamed'");
      return ctx.now();
    });
    expect(now.toISOString()).toBe('2026-11-21T12:00:00.000Z');
    expect(await database.query('SELECT name FROM chain')).toEqual([{ name: 'Renamed' }]);
  });

  it('leaves nothing behind when the work throws, and runs no afterCommit', async () => {
    let ran = false;
    const failed = unitOfWork.run(systemActor('test'), async (ctx) => {
      ctx.afterCommit(() => {
        ran = true;
      });
      await ctx.tx.query("UPDATE chain SET name = 'Never'");
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await database.query('SELECT name FROM chain')).toEqual([{ name: 'Renamed' }]);
    expect(ran).toBe(false);
  });

  it('refuses to run inside another one', async () => {
    const nested = unitOfWork.run(systemActor('test'), () => unitOfWork.run(systemActor('test'), async () => 1));
    await expect(nested).rejects.toThrow(/inside another/);
  });
});

describe('change notices', () => {
  it('arrive after the commit, never for work that was rolled back, and merge for a slow reader', async () => {
    const feed = new ChangeFeed(database.url, silentLog);
    const heard: Change[] = [];
    feed.onChange((change) => heard.push(change));
    feed.start();
    await expect
      .poll(
        async () =>
          (await database.query("SELECT 1 FROM pg_stat_activity WHERE query = 'LISTEN tillward_changes' AND datname = current_database()"))
            .length,
      )
      .toBe(1);
    const failed = unitOfWork.run(systemActor('test'), async (ctx) => {
      ctx.changed({ stores: ['lost'] });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await unitOfWork.run(systemActor('test'), async (ctx) => {
      ctx.changed({ stores: ['berlin', 'berlin'] });
      ctx.changed({ incidents: ['i1'] });
    });
    const notifier = new ChangeNotifier(
      (message) => dataSource.query("SELECT pg_notify('tillward_changes', $1)", [message]),
      silentLog,
      10,
    );
    for (let i = 0; i < 300; i++) notifier.changed({ stores: [`s${i}`] });
    await expect.poll(() => heard.flatMap((change) => change.stores).length).toBe(301);
    expect(heard[0]).toEqual({ stores: ['berlin'], incidents: ['i1'], all: false });
    expect(heard.length).toBeLessThan(6);
    await feed.stop();
  });

  it('after a lost connection everything counts as changed', async () => {
    const feed = new ChangeFeed(database.url, silentLog);
    const reader = feed.changes();
    feed.start();
    const next = reader.next();
    const listeners = "SELECT pid FROM pg_stat_activity WHERE query = 'LISTEN tillward_changes' AND datname = current_database()";
    await expect.poll(async () => (await database.query(listeners)).length).toBe(1);
    await database.query(`SELECT pg_terminate_backend(pid) FROM (${listeners}) AS l`);
    expect((await next).value).toMatchObject({ all: true });
    const ended = reader.next();
    await feed.stop();
    expect((await ended).done).toBe(true);
  });
});

describe('migrations', () => {
  it('run once although two cores start at the same time, and nothing is left to do afterwards', async () => {
    const fresh = await createTestDatabase([]);
    const { migrations } = await import('../migrations.js');
    const [a, b] = await Promise.all([migrate(fresh.url, migrations), migrate(fresh.url, migrations)]);
    expect(a.length + b.length).toBe(migrations.length);
    expect(await migrate(fresh.url, migrations)).toEqual([]);
    await fresh.drop();
  });

  it('leave nothing of a step that fails, and say which one it was', async () => {
    const fresh = await createTestDatabase([]);
    const broken = { name: '0002-broken', up: 'CREATE TABLE half (); SELECT 1/0' };
    await expect(migrate(fresh.url, [{ name: '0001-good', up: 'CREATE TABLE good ()' }, broken])).rejects.toThrow(
      /0002-broken.*division by zero/,
    );
    expect(await fresh.query("SELECT tablename FROM pg_tables WHERE tablename IN ('good', 'half')")).toEqual([{ tablename: 'good' }]);
    await fresh.drop();
  });

  it('are ordered over all modules; a number is used once', () => {
    const step = (name: string) => ({ name, up: '' });
    expect(orderMigrations([step('0100-b'), step('0001-a')]).map((one) => one.name)).toEqual(['0001-a', '0100-b']);
    expect(() => orderMigrations([step('0001-a'), step('0001-b')])).toThrow(/used twice/);
    expect(() => orderMigrations([step('1-a')])).toThrow(/four digits/);
  });

  it('run for an owner who is no superuser but may create roles, and the app then works as its role', async () => {
    const fresh = await createTestDatabase([]);
    const owner = `owner_${Date.now()}`;
    await fresh.query(`CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'x'`);
    const name = new URL(fresh.url).pathname.slice(1);
    await fresh.query(`ALTER DATABASE ${name} OWNER TO ${owner}`);
    await fresh.query('DROP TABLE schema_migration');
    await fresh.query(`GRANT ${APP_ROLE}, ${INGEST_ROLE} TO ${owner}`);
    const url = new URL(fresh.url);
    url.username = owner;
    url.password = 'x';
    const { migrations } = await import('../migrations.js');
    await migrate(url.href, migrations);
    const app = await new DataSource(appDataSource(url.href, silentLog)).initialize();
    expect(await app.query('SELECT current_user AS me')).toEqual([{ me: APP_ROLE }]);
    await app.destroy();
    await fresh.drop();
    await onServer(`DROP ROLE ${owner}`);
  });

  it('stop with a clear sentence when the roles neither exist for the owner nor may be created', async () => {
    const fresh = await createTestDatabase([]);
    const owner = `plain_${Date.now()}`;
    await fresh.query(`CREATE ROLE ${owner} LOGIN PASSWORD 'x'`);
    const url = new URL(fresh.url);
    url.username = owner;
    url.password = 'x';
    await expect(migrate(url.href, [])).rejects.toThrow(DatabaseRefused);
    await expect(migrate(url.href, [])).rejects.toThrow(/may not create the roles[\s\S]*CREATE ROLE tillward_app/);
    await fresh.drop();
    await onServer(`DROP ROLE ${owner}`);
  });
});

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client(connectionAs(testServerUrl(), undefined));
  await client.connect();
  await client.query(statement);
  await client.end();
}
