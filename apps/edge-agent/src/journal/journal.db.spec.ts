import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { chainHashes, genesisHash } from '@tillward/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { JournalCorruptError, JournalUnavailableError } from './journal.errors.js';
import { Journal } from './journal.service.js';

let dataDir: string;
let open: Journal[];

const start = (gateway = 'gw') => {
  const journal = new Journal({ dataDir, store: 'berlin', gateway, now: () => 1_000 });
  open.push(journal);
  return journal;
};
const stop = (journal: Journal) => {
  open = open.filter((other) => other !== journal);
  journal.close();
};
const append = (journal: Journal, count = 1) =>
  journal.commit((tx) => Array.from({ length: count }, () => tx.append('AgentStopped', null, { reason: 'test' })));

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-journal-'));
  open = [];
});
afterEach(() => {
  for (const journal of open) journal.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('Journal', () => {
  it('J1 J2: numbers without gaps and chains every entry, also across starts', () => {
    const first = start();
    expect(append(first, 3)).toEqual([1, 2, 3]);
    stop(first);
    const second = start();
    expect(append(second)).toEqual([4]);
    const slice = second.read(1, 10)!;
    expect(slice.prevHash).toBe(genesisHash('berlin', 'gw', 1));
    expect(chainHashes(slice.prevHash, slice).at(-1)).toBe(slice.lastHash);
    expect(second.session).toBe(2);
  });

  it('J3: an entry and the state it records are committed together or not at all', () => {
    const journal = start();
    append(journal);
    expect(() =>
      journal.commit((tx) => {
        tx.append('AgentStopped', null, { reason: 'never' });
        journal.store.prepare(`INSERT INTO meta (key, value) VALUES ('x', '1')`).run();
        throw new Error('changed my mind');
      }),
    ).toThrow('changed my mind');
    expect(journal.headSeq).toBe(1);
    expect(journal.store.get(`SELECT 1 FROM meta WHERE key = 'x'`)).toBeUndefined();
    expect(append(journal)).toEqual([2]);
    expect(chainHashes(journal.read(1, 9)!.prevHash, journal.read(1, 9)!).at(-1)).toBe(journal.read(1, 9)!.lastHash);
  });

  it('refuses entries outside a transaction, nested transactions and payloads beyond the contract', () => {
    const journal = start();
    const leaked = journal.commit((tx) => tx);
    expect(() => leaked.append('AgentStopped', null, { reason: 'late' })).toThrow(/outside a transaction/);
    expect(() => journal.commit(() => append(journal))).toThrow(/inside a transaction/);
    expect(() => journal.commit((tx) => tx.append('AgentStopped', null, { reason: 'x'.repeat(17_000) }))).toThrow(RangeError);
    expect(journal.headSeq).toBe(0);
  });

  it('belongs to one gateway and to one process', () => {
    const journal = start();
    append(journal);
    expect(() => new Journal({ dataDir, store: 'berlin', gateway: 'gw', now: () => 1 })).toThrow(JournalUnavailableError);
    stop(journal);
    expect(() => start('other-gw')).toThrow(JournalCorruptError);
  });

  it('J5: pruning keeps what the chain goes on from and never touches what core has not acknowledged', () => {
    const journal = start();
    append(journal, 10);
    journal.acknowledge(6);
    expect(journal.prune(500)).toBe(0);
    expect(journal.prune(2_000)).toBe(6);
    expect(journal.firstKeptSeq).toBe(7);
    expect(journal.read(6, 1)).toBeUndefined();
    const before = journal.read(7, 9)!;
    expect(chainHashes(before.prevHash, before).at(-1)).toBe(before.lastHash);
    journal.saveAcknowledged();
    stop(journal);
    const again = start();
    expect([again.headSeq, again.ackedThrough, again.firstKeptSeq]).toEqual([10, 6, 7]);
    expect(append(again)).toEqual([11]);
    again.acknowledge(11);
    again.prune(2_000);
    stop(again);
    expect(append(start())).toEqual([12]);
  });

  it('reads at most so many entries and bytes, but always one', () => {
    const journal = start();
    append(journal, 5);
    expect(journal.read(2, 2)!.at).toHaveLength(2);
    expect(journal.read(1, 5, 1)!.at).toHaveLength(1);
    expect(journal.read(6, 1)).toBeUndefined();
  });

  it('starts a new epoch when its database was lost, and keeps counting sessions', () => {
    stop(start());
    for (const suffix of ['', '-wal']) rmSync(join(dataDir, `journal.sqlite${suffix}`), { force: true });
    const journal = start();
    expect([journal.epoch, journal.session, journal.headSeq]).toEqual([2, 2, 1]);
    expect(journal.epochDecision.kind).toBe('new');
  });

  it('starts a new epoch when its end was altered', () => {
    const journal = start();
    append(journal, 3);
    stop(journal);
    const database = new DatabaseSync(join(dataDir, 'journal.sqlite'));
    database.exec(`UPDATE entries SET payload = '{"reason":"forged"}' WHERE seq = 2`);
    database.close();
    expect(start().epoch).toBe(2);
  });

  it('goes on in its epoch when only the file beside it was lost', () => {
    const journal = start();
    append(journal, 3);
    stop(journal);
    unlinkSync(join(dataDir, 'journal-identity.json'));
    expect(start().epoch).toBe(1);
  });

  it('keeps what a newer version wrote into the file beside it, and refuses one it can’t use', () => {
    const file = join(dataDir, 'journal-identity.json');
    stop(start());
    const before = JSON.parse(readFileSync(file, 'utf8')) as { session: number };
    writeFileSync(file, JSON.stringify({ ...before, witness: 'abc' }));
    stop(start());
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ ...before, witness: 'abc', session: before.session + 1 });
    for (const damaged of ['', '{"store":"berlin"', '{"store":"berlin","gateway":"gw","epoch":0,"session":1}', 'null']) {
      writeFileSync(file, damaged);
      expect(start).toThrow(JournalCorruptError);
      expect(start).toThrow(/journal-identity\.json is not an identity this version can use/);
    }
  });

  it('J6: carries exactly what core does not hold into a new epoch, and says so first', () => {
    const first = start();
    append(first, 4);
    stop(first);
    const journal = start();
    append(journal, 3);
    journal.startNewEpoch('restoredCopy', 5);
    expect([journal.epoch, journal.headSeq, journal.ackedThrough]).toEqual([2, 3, 0]);
    const slice = journal.read(1, 9)!;
    expect(slice.prevHash).toBe(genesisHash('berlin', 'gw', 2));
    expect(slice.kind).toEqual(['JournalEpochStarted', 'AgentStopped', 'AgentStopped']);
    expect(JSON.parse(slice.payload[0]!)).toEqual({ reason: 'restoredCopy', previousEpoch: 1, previousSeq: 5, carried: 2 });
    stop(journal);
    expect(start().epoch).toBe(2);
  });
});

describe('J4: a write-ahead log that ends anywhere, as a power cut leaves it', () => {
  it('is a prefix of what was committed: whole transactions, no gap, the chain intact', () => {
    const journal = start();
    append(journal, 2);
    journal.store.checkpoint();
    for (let commit = 0; commit < 12; commit++) append(journal, 2);
    const folder = mkdtempSync(join(tmpdir(), 'tillward-cut-'));
    try {
      const files = ['journal.sqlite', 'journal.sqlite-wal', 'journal-identity.json'];
      const whole = statSync(join(dataDir, 'journal.sqlite-wal')).size;
      const heads = new Set<number>();
      for (let cut = 0; cut <= 24; cut++) {
        for (const file of files) copyFileSync(join(dataDir, file), join(folder, file));
        // Not only where a frame ends.
        truncateSync(join(folder, 'journal.sqlite-wal'), Math.floor((whole * cut) / 24));
        const after = new Journal({ dataDir: folder, store: 'berlin', gateway: 'gw', now: () => 1_000 });
        const slice = after.read(1, 100)!;
        expect(after.epoch).toBe(1);
        expect(after.headSeq % 2).toBe(0);
        expect(slice.lastHash).toBe(journal.hashOf(1, after.headSeq));
        expect(chainHashes(slice.prevHash, slice).at(-1)).toBe(slice.lastHash);
        heads.add(after.headSeq);
        after.close();
        rmSync(join(folder, 'journal.sqlite-wal'), { force: true });
      }
      expect(heads.size).toBeGreaterThan(8);
      expect(Math.max(...heads)).toBe(26);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('that lost what core had acknowledged begins a new epoch: its numbers are not used again', () => {
    const journal = start();
    append(journal, 2);
    journal.store.checkpoint();
    append(journal, 2);
    journal.acknowledge(4);
    stop(journal);
    const database = new DatabaseSync(join(dataDir, 'journal.sqlite'));
    database.exec(`DELETE FROM entries WHERE seq > 2; REPLACE INTO meta (key, value) VALUES ('ackedThrough', '4')`);
    database.close();
    const again = start();
    expect(again.epoch).toBe(2);
    expect(JSON.parse(again.read(1, 1)!.payload[0]!)).toMatchObject({ reason: 'tailDamaged', previousSeq: 2 });
    expect(again.segment).toBeUndefined();
  });
});

/** Lets plain Node run the TypeScript sources: workspace packages and `.js` imports are mapped onto them. */
const CHILD = (sources: string, dir: string) => `
  import { registerHooks } from 'node:module';
  registerHooks({ resolve(specifier, context, next) {
    const lib = /^@tillward\\/(.+)$/.exec(specifier);
    if (lib) return next(new URL('../../../../libs/' + lib[1] + '/src/index.ts', ${JSON.stringify(sources)}).href, context);
    if (specifier.startsWith('.') && context.parentURL?.endsWith('.ts')) return next(specifier.replace(/\\.js$/, '.ts'), context);
    return next(specifier, context);
  } });
  const { Journal } = await import(${JSON.stringify(sources)});
  const journal = new Journal({ dataDir: ${JSON.stringify(dir)}, store: 'berlin', gateway: 'gw', now: () => Date.now() });
  journal.store.database.exec('CREATE TABLE IF NOT EXISTS witness (seq INTEGER)');
  const witness = journal.store.prepare('INSERT INTO witness VALUES (?)');
  for (;;) {
    const seq = journal.commit((tx) => {
      tx.append('AgentStopped', null, { reason: 'one' });
      const second = tx.append('AgentStopped', null, { reason: 'two' });
      witness.run(second);
      return second;
    });
    process.stdout.write(seq + '\\n');
  }
`;

describe('J4: kill -9 in the middle of appending', () => {
  it('loses nothing that was committed, leaves no half transaction and no gap', async () => {
    const sources = new URL('./journal.service.ts', import.meta.url).href;
    for (let round = 0; round < 4; round++) {
      const script = CHILD(sources, dataDir);
      const child = spawn(process.execPath, ['--no-warnings', '--input-type=module', '-e', script], {
        cwd: fileURLToPath(new URL('../..', import.meta.url)),
      });
      let said = '';
      let complaint = '';
      child.stdout.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
      child.stderr.on('data', (chunk: Buffer) => {
        complaint += chunk.toString();
      });
      const exit = once(child, 'exit');
      while (said.length < 400 + round * 133 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await exit;
      expect(complaint).toBe('');
      const lastSaid = Number(said.split('\n').at(-2));
      const journal = start();
      expect(journal.epoch).toBe(1);
      expect(journal.headSeq).toBeGreaterThanOrEqual(lastSaid);
      expect(journal.headSeq % 2).toBe(0);
      expect(journal.store.get('SELECT max(seq) AS seq FROM witness')).toEqual({ seq: journal.headSeq });
      const slice = journal.read(1, 1_000_000)!;
      expect(slice.at).toHaveLength(journal.headSeq);
      expect(chainHashes(slice.prevHash, slice).at(-1)).toBe(slice.lastHash);
      stop(journal);
    }
  }, 60_000);
});
