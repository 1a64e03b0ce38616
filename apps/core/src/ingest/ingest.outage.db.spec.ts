import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database/database.fixtures.js';
import { ackedThrough, register, SimulatedGateway, sale, testIngest } from './ingest.fixtures.js';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

/** A TCP link to PostgreSQL that is cut once: when the client sends `statement`, before or after the server has got it. */
function linkCutAt(statement: string, when: 'before' | 'after'): Promise<{ url: string; server: Server; cuts: () => number }> {
  const target = new URL(database.url);
  let cuts = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    let deaf = false;
    client.on('data', (bytes) => {
      const cutting = cuts === 0 && bytes.includes(statement);
      if (cutting) {
        cuts += 1;
        deaf = true;
      }
      if (!cutting || when === 'after') upstream.write(bytes);
      else client.destroy();
    });
    upstream.on('data', (bytes) => {
      // The server's answer shows that it has done what it was told; the client never hears it.
      if (deaf) client.destroy();
      else client.write(bytes);
    });
    for (const socket of [client, upstream]) {
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const link = new URL(database.url);
      link.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      resolve({ url: link.href, server, cuts: () => cuts });
    });
  });
}

describe('a connection that dies in the middle of a transaction', () => {
  it.each([
    ['COPY journal_entry', 'before'],
    ['COPY card_transaction', 'after'],
    ['UPDATE gateway_cursor', 'before'],
    ['COMMIT', 'before'],
    ['COMMIT', 'after'],
  ] as const)('at %s (%s the server got it): stored exactly once, acknowledged only when stored', async (statement, when) => {
    const g = new SimulatedGateway('s', `g-${statement.toLowerCase().replaceAll(/[^a-z]/g, '-')}-${when}`).append(...sale(), ...sale());
    await register(database, g);
    const stored = async () => (await database.query('SELECT 1 FROM journal_entry WHERE gateway_id = $1', [g.gateway])).length;
    const link = await linkCutAt(statement, when);
    const storedWhenAcknowledged: number[] = [];
    const publish = async () => void storedWhenAcknowledged.push(await stored());
    const { ingest } = testIngest({ ...database, url: link.url }, { downlink: { publish } });
    await ingest.accept(g.arrival(1, 4));
    await ingest.idle();
    expect(link.cuts()).toBe(1);
    await expect.poll(() => storedWhenAcknowledged).toEqual([4]);
    const rows = await database.query('SELECT 1 FROM card_transaction WHERE gateway_id = $1', [g.gateway]);
    expect(rows).toHaveLength(2);
    await ingest.stop();
    link.server.close();
  });

  it('a gateway that was not answered because core died sends again and is acknowledged by the next core', async () => {
    const g = new SimulatedGateway('s', 'g-twice').append(...sale(), ...sale());
    await register(database, g);
    for (const _core of ['first', 'second']) {
      const { ingest, told } = testIngest(database);
      await ingest.accept(g.arrival(1, 4));
      await ingest.idle();
      expect(ackedThrough(told, g.gateway)).toBe(4);
      await ingest.stop();
    }
    const [row] = await database.query("SELECT count(*) AS n FROM journal_entry WHERE gateway_id = 'g-twice'");
    expect(row).toEqual({ n: 4 });
  });
});
