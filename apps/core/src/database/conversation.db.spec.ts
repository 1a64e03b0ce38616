import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { BinaryCopy } from './binary-copy.js';
import { Conversation, parameterText } from './conversation.js';
import { createTestDatabase, type TestDatabase } from './database.fixtures.js';
import { pgTypes } from './index.js';

const COPY = 'COPY kept (n, word) FROM STDIN (FORMAT binary)';
const INSERT = 'INSERT INTO kept (n, word) SELECT * FROM unnest($1::int[], $2::text[])';

let database: TestDatabase;
let client: pg.Client;
let syncs = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  await database.query('CREATE TABLE kept (n integer PRIMARY KEY, word text, big bigint NOT NULL DEFAULT 1)');
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query('TRUNCATE kept');
  client = new pg.Client({ connectionString: database.url });
  client.on('error', () => undefined);
  await client.connect();
  const { connection } = client as unknown as { connection: { sync(): void } };
  const sync = connection.sync.bind(connection);
  syncs = 0;
  connection.sync = () => {
    syncs += 1;
    sync();
  };
});
afterEach(() => client.end());

const talk = () => new Conversation(client, pgTypes);
const stored = () => database.query<{ n: number; word: string | null }>('SELECT n, word FROM kept ORDER BY n');

function rows(...words: [number, string | null][]): Buffer[] {
  const copy = new BinaryCopy(2);
  for (const [n, word] of words) {
    copy.row(word?.length ?? 0);
    copy.integer(n);
    copy.text(word);
  }
  return copy.finish();
}

it('sends statements and COPYs together, in their order, and answers with the rows of the one asked', async () => {
  const one = talk();
  one.say('BEGIN');
  one.copy(COPY, rows([1, 'ein'], [2, null]));
  one.say('UPDATE kept SET word = $1 WHERE n = $2', ['zwei', 2]);
  expect(await one.ask('SELECT n, word, big FROM kept WHERE n = ANY($1::int[]) ORDER BY n', [[1, 2]])).toEqual([
    { n: 1, word: 'ein', big: 1 },
    { n: 2, word: 'zwei', big: 1 },
  ]);
  expect(syncs).toBe(1);
  expect(await stored()).toEqual([]);
  one.say(INSERT, [[3], ['drei']]);
  one.say('COMMIT');
  await one.send();
  expect(syncs).toBe(2);
  expect(await stored()).toEqual([1, 2, 3].map((n) => ({ n, word: ['ein', 'zwei', 'drei'][n - 1] })));
});

it('a copy of many chunks arrives whole', async () => {
  const one = talk();
  const words = Array.from({ length: 5_000 }, (_, n) => (n % 3 === 0 ? 'é名😀' : 'x').repeat(n % 50));
  one.copy(COPY, rows(...words.map((word, n) => [n, word] as [number, string])));
  await one.send();
  expect((await stored()).map((row) => row.word)).toEqual(words);
});

it.each([
  ['a statement', (one: Conversation) => one.say('SELECT 1 / $1::int', [0])],
  ['a COPY', (one: Conversation) => one.copy(COPY, rows([7, 'a'], [7, 'b']))],
  ['a COPY that can’t begin', (one: Conversation) => one.copy('COPY nowhere (n) FROM STDIN (FORMAT binary)', rows([1, 'a']))],
])('after an error in %s nothing that follows is done, and the connection goes on', async (_what, fault) => {
  for (let round = 1; round <= 2; round++) {
    const one = talk();
    one.say('BEGIN');
    one.say(INSERT, [[round], ['before']]);
    fault(one);
    one.say(INSERT, [[100 + round], ['behind']]);
    one.say('COMMIT');
    await expect(one.send()).rejects.toMatchObject({ code: expect.stringMatching(/^(22012|23505|42P01)$/) });
    await client.query('ROLLBACK');
  }
  expect(await stored()).toEqual([]);
  const next = talk();
  next.say(INSERT, [[1], ['after']]);
  expect(await next.ask('SELECT word FROM kept')).toEqual([{ word: 'after' }]);
});

it('prepares each text once a connection', async () => {
  for (let n = 1; n <= 3; n++) {
    const one = talk();
    one.say(INSERT, [[n], ['a']]);
    one.say(INSERT, [[n + 10], ['b']]);
    await one.send();
  }
  const { rows: prepared } = await client.query('SELECT count(*)::int AS n FROM pg_prepared_statements');
  expect(prepared).toEqual([{ n: 1 }]);
  expect(await stored()).toHaveLength(6);
});

it('keeps every character of a parameter', async () => {
  const words = ['', 'NULL', 'null', '"', '\\', '{a,b}', "it's", ' x ', '名前 😀', '\n', null];
  const one = talk();
  one.say(INSERT, [words.map((_, n) => n), words]);
  await one.send();
  expect((await stored()).map((row) => row.word)).toEqual(words);
  expect(parameterText([1, true, null, -2.5])).toBe('{1,true,NULL,-2.5}');
});

it('a number that does not fit is an error of the caller, not the end of the process', async () => {
  const one = talk();
  one.say("INSERT INTO kept VALUES (1, 'a', 9223372036854775807)");
  await expect(one.ask('SELECT big FROM kept')).rejects.toThrow(RangeError);
  expect(await talk().ask('SELECT n FROM kept')).toEqual([{ n: 1 }]);
});

it('rejects when the connection is lost', async () => {
  const [me] = await talk().ask<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const one = talk();
  const lost = expect(one.ask('SELECT pg_sleep(30)')).rejects.toThrow();
  await database.query(`SELECT pg_terminate_backend(${me!.pid})`);
  await lost;
  await expect(talk().ask('SELECT 1')).rejects.toThrow();
});

it('nothing said is nothing sent', async () => {
  await talk().send();
  expect(syncs).toBe(0);
});
