import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { genesisHash } from '@tillward/journal';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TestClock } from '../edge.fixtures.js';
import { silentLog } from '../log.js';
import { JournalUnavailableError } from './journal.errors.js';
import { Journal } from './journal.service.js';
import { JournalUpkeep } from './journal.upkeep.js';

const BALLAST = 256 * 1024;

let dataDir: string;
let free: number;
let open: Journal[];

const start = () => {
  const journal = new Journal({
    dataDir,
    store: 'berlin',
    gateway: 'gw',
    now: () => 1_000,
    space: { ballastBytes: BALLAST, freeBytes: () => free },
  });
  open.push(journal);
  return journal;
};
const stop = (journal: Journal) => {
  open = open.filter((other) => other !== journal);
  journal.close();
};
const outcome = (journal: Journal, reason = 'x') => journal.commit((tx) => tx.append('AgentStopped', null, { reason }));
const order = (journal: Journal) =>
  journal.commit((tx) =>
    tx.append('CommandReceived', 't1', {
      commandId: '00000000-0000-4000-8000-000000000001',
      action: 'closeTerminal',
      requestedBy: 'm',
      expiresAt: '2026-11-21T21:45:00.000Z',
    }),
  );
const kinds = (journal: Journal) => [...journal.read(1, 100_000)!.kind];
/** Makes SQLite itself refuse to grow: its own SQLITE_FULL. */
const cap = (journal: Journal, pages: number | null) => {
  const { database } = journal.store;
  const { page_count: now } = database.prepare('PRAGMA page_count').get() as { page_count: number };
  database.exec(`PRAGMA max_page_count = ${pages === null ? 1_000_000 : now + pages}`);
};
const fill = (journal: Journal): number => {
  for (let i = 0; ; i++) {
    try {
      outcome(journal, 'y'.repeat(4_000));
    } catch (error) {
      expect(error).toBeInstanceOf(JournalUnavailableError);
      return i;
    }
  }
};

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'tillward-space-'));
  free = 1_000_000_000;
  open = [];
});
afterEach(() => {
  for (const journal of open) journal.close();
  rmSync(dataDir, { recursive: true, force: true });
});

describe('J7: a disk that fills up', () => {
  it('holds ballast while there is room, of real bytes', () => {
    const journal = start();
    journal.keepUp();
    const { size, blocks } = statSync(join(dataDir, 'ballast'));
    expect(size).toBe(BALLAST);
    expect(blocks * 512).toBeGreaterThanOrEqual(BALLAST);
  });

  it('refuses new work before anybody is told, and lets running work end, when little is free', () => {
    start().keepUp();
    stop(open[0]!);
    free = BALLAST / 4;
    const journal = start();
    expect(journal.room.isLow).toBe(true);
    expect(existsSync(join(dataDir, 'ballast'))).toBe(false);
    expect(() => order(journal)).toThrow(JournalUnavailableError);
    expect(journal.headSeq).toBe(0);
    outcome(journal);
    expect(kinds(journal)).toEqual(['JournalSpaceExhausted', 'AgentStopped']);
  });

  it('takes new work again, and says so, when there is room', () => {
    const journal = start();
    journal.keepUp();
    stop(journal);
    free = 0;
    const short = start();
    free = 2 * BALLAST;
    short.keepUp();
    expect(short.room.isLow).toBe(true);
    free = 100 * BALLAST;
    short.keepUp();
    expect(short.room.isLow).toBe(false);
    order(short);
    expect(kinds(short)).toEqual(['JournalSpaceExhausted', 'JournalSpaceRecovered', 'CommandReceived']);
  });

  it('gives the ballast’s room to a commit the disk refused, and does it again', () => {
    const journal = start();
    journal.keepUp();
    outcome(journal);
    let attempts = 0;
    cap(journal, 0);
    const seq = journal.commit((tx) => {
      attempts += 1;
      if (attempts === 2) cap(journal, null);
      // More than a page: SQLite needs room it doesn't get at first.
      for (let i = 0; i < 3; i++) tx.append('AgentStopped', null, { reason: 'z'.repeat(4_000) } as never);
      return tx.append('AgentStopped', null, { reason: 'end' });
    });
    expect(attempts).toBe(2);
    expect(existsSync(join(dataDir, 'ballast'))).toBe(false);
    expect(kinds(journal)).toEqual(['AgentStopped', 'JournalSpaceExhausted', ...Array(4).fill('AgentStopped')]);
    expect(seq).toBe(6);
  });

  it('writes nothing of what it refuses, forgets nothing, and tells how often it refused once it can', () => {
    const journal = start();
    cap(journal, 4);
    const written = fill(journal);
    const head = journal.headSeq;
    expect(() => outcome(journal, 'y'.repeat(4_000))).toThrow(JournalUnavailableError);
    expect(journal.headSeq).toBe(head);
    cap(journal, null);
    outcome(journal, 'after');
    const told = kinds(journal);
    expect(told.filter((kind) => kind === 'AgentStopped')).toHaveLength(written + 1);
    expect(told.slice(-2)).toEqual(['JournalWritesFailed', 'AgentStopped']);
    const slice = journal.read(1, 1_000)!;
    expect(slice.prevHash).toBe(genesisHash('berlin', 'gw', 1));
    expect(JSON.parse(slice.payload.at(-2)!)).toEqual({ code: expect.stringContaining('full'), times: 2 });
    stop(journal);
    expect(start().epoch).toBe(1);
  });
});

describe('retention', () => {
  const look = (journal: Journal, clock: TestClock, retired: number[] = []) =>
    new JournalUpkeep({ clock, log: silentLog }, journal, () => 30, [(before) => retired.push(before)]);

  it('deletes what core holds and is older than the policy keeps it, in pieces, and keeps the rest', () => {
    const journal = start();
    journal.commit((tx) => {
      for (let i = 0; i < 12_000; i++) tx.append('AgentStopped', null, { reason: 'r' });
    });
    journal.acknowledge(11_000);
    const clock = new TestClock(1_000 + 31 * 24 * 3_600_000);
    const retired: number[] = [];
    const upkeep = look(journal, clock, retired);
    expect([upkeep.look(), upkeep.look(), upkeep.look()]).toEqual([200, 200, 200]);
    expect([journal.firstKeptSeq, retired]).toEqual([11_001, []]);
    expect(upkeep.look()).toBe(60_000);
    expect(retired).toEqual([clock.now() - 30 * 24 * 3_600_000]);
    const { count } = journal.store.get('SELECT count(*) AS count FROM entries') as { count: number };
    expect(count).toBe(1_000);
    // What was deleted makes room for what comes: the file does not grow.
    const pages = () => (journal.store.get('PRAGMA page_count') as { page_count: number }).page_count;
    const before = pages();
    journal.commit((tx) => {
      for (let i = 0; i < 10_000; i++) tx.append('AgentStopped', null, { reason: 'r' });
    });
    expect(pages()).toBeLessThanOrEqual(before + 8);
  });

  it('keeps no more than so many acknowledged entries, whatever their age', () => {
    const journal = start();
    journal.commit((tx) => {
      for (let i = 0; i < 100; i++) tx.append('AgentStopped', null, { reason: 'r' });
    });
    journal.acknowledge(95);
    expect(journal.prune(0, 20)).toBe(80);
    expect(journal.prune(0, 2)).toBe(15);
    expect(journal.firstKeptSeq).toBe(96);
  });

  it('keeps only a day while the disk is short of room', () => {
    const journal = start();
    outcome(journal);
    outcome(journal);
    journal.acknowledge(2);
    stop(journal);
    free = 0;
    const short = start();
    short.acknowledge(2);
    look(short, new TestClock(1_000 + 2 * 24 * 3_600_000)).look();
    expect(short.firstKeptSeq).toBe(3);
  });
});

describe('a database that is no database any more', () => {
  it.each([
    ['overwritten', () => writeFileSync(join(dataDir, 'journal.sqlite'), 'not a database, whatever the name says'.repeat(500))],
    ['cut short in a page', () => truncateSync(join(dataDir, 'journal.sqlite'), 3_000)],
  ])('%s is set aside, and the journal goes on in a new epoch', (_name, damage) => {
    const journal = start();
    outcome(journal);
    stop(journal);
    damage();
    const again = start();
    expect([again.epoch, again.session]).toEqual([2, 2]);
    expect(JSON.parse(again.read(1, 1)!.payload[0]!)).toEqual({ reason: 'databaseLost', previousEpoch: 1, previousSeq: 0, carried: 0 });
    expect(existsSync(join(dataDir, 'journal.damaged.sqlite'))).toBe(true);
  });

  it('damaged in the middle is found at the start after it showed', () => {
    const journal = start();
    journal.commit((tx) => {
      for (let i = 0; i < 3_000; i++) tx.append('AgentStopped', null, { reason: 'r'.repeat(60) });
    });
    stop(journal);
    const file = join(dataDir, 'journal.sqlite');
    const bytes = readFileSync(file);
    bytes.fill(0xa5, 40_000, 120_000);
    writeFileSync(file, bytes);
    writeFileSync(join(dataDir, 'journal.suspect'), '');
    expect(start().epoch).toBe(2);
    expect(existsSync(join(dataDir, 'journal.suspect'))).toBe(false);
  });
});

/** Plain Node on the TypeScript sources: workspace packages and `.js` imports are mapped onto them. */
const PROGRAM = (dir: string, body: string) => `
  import { registerHooks } from 'node:module';
  const sources = ${JSON.stringify(new URL('./journal.service.ts', import.meta.url).href)};
  registerHooks({ resolve(specifier, context, next) {
    const lib = /^@tillward\\/(.+)$/.exec(specifier);
    if (lib) return next(new URL('../../../../libs/' + lib[1] + '/src/index.ts', sources).href, context);
    if (specifier.startsWith('.') && context.parentURL?.endsWith('.ts')) return next(specifier.replace(/\\.js$/, '.ts'), context);
    return next(specifier, context);
  } });
  const { Journal } = await import(sources);
  const open = () => new Journal({ dataDir: ${JSON.stringify(dir)}, store: 'berlin', gateway: 'gw', now: () => 1_000, space: { ballastBytes: 131_072 } });
  const told = [];
  ${body}
  console.log(JSON.stringify(told));
`;
const EDGE = fileURLToPath(new URL('../..', import.meta.url));
const FILL = `
  const journal = open();
  journal.keepUp();
  const row = (reason) => journal.commit((tx) => tx.append('AgentStopped', null, { reason }));
  let acknowledged = 0;
  let refused = 0;
  for (let i = 0; i < 4_000 && refused < 20; i++) {
    try { row('y'.repeat(2_000)); acknowledged += 1; } catch (error) {
      if (error.name !== 'JournalUnavailableError') throw error;
      refused += 1;
    }
  }
  told.push({ acknowledged, refused, low: journal.room.isLow, head: journal.headSeq });
`;

describe('real refusals of the operating system', () => {
  it('EFBIG, which SQLite takes for an I/O error: nothing that was refused is there, nothing that was not is missing', () => {
    const body = `${FILL}
      const kinds = () => { const slice = journal.read(1, 10_000); return slice.kind.filter((kind) => kind === 'AgentStopped').length; };
      told.push(kinds());
      process.exitCode = 0;
    `;
    // The limit counts blocks of 1024 bytes; the signal that would end the process is ignored.
    const run = spawnSync(
      'bash',
      ['-c', `trap '' XFSZ; ulimit -f 900; exec "$0" --no-warnings --input-type=module -e "$1"`, process.execPath, PROGRAM(dataDir, body)],
      {
        cwd: EDGE,
        encoding: 'utf8',
        timeout: 60_000,
      },
    );
    expect(run.stderr).toBe('');
    const [filled, kept] = JSON.parse(run.stdout);
    expect(filled.refused).toBe(20);
    expect(filled.acknowledged).toBeGreaterThan(20);
    expect(kept).toBe(filled.acknowledged);
    const journal = start();
    expect(journal.epoch).toBe(1);
    expect(kinds(journal).filter((kind) => kind === 'AgentStopped')).toHaveLength(filled.acknowledged);
  });

  it('ENOSPC on a file system of its own: refuses, keeps everything, and goes on when there is room', (context) => {
    const mounted = mount(dataDir);
    if (mounted !== null)
      return context.skip(`the real full disk is not tested here: run the tests as a user who may mount a tmpfs (${mounted})`);
    try {
      const body = `${FILL}
        const { rmSync } = await import('node:fs');
        const short = journal.headSeq;
        journal.close();
        rmSync(${JSON.stringify(join(dataDir, 'filler'))}, { force: true });
        const again = open();
        again.keepUp();
        again.commit((tx) => tx.append('OperatorSignedOn', 't1', { operatorId: 'ana', certificateId: 'c' }));
        told.push({ kept: again.read(1, 10_000).kind.filter((kind) => kind === 'AgentStopped').length, epoch: again.epoch, low: again.room.isLow });
        again.close();
      `;
      writeFileSync(join(dataDir, 'filler'), Buffer.alloc(1_500_000));
      const run = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', PROGRAM(dataDir, body)], {
        cwd: EDGE,
        encoding: 'utf8',
        timeout: 60_000,
      });
      expect(run.stderr).toBe('');
      const [filled, after] = JSON.parse(run.stdout);
      expect(filled).toMatchObject({ refused: 20, low: true });
      expect(after).toEqual({ kept: filled.acknowledged, epoch: 1, low: false });
    } finally {
      execFileSync('umount', [dataDir]);
    }
  });
});

/** Null when a tmpfs of 3 MB is mounted there, else why not. */
function mount(folder: string): string | null {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder], { stdio: ['ignore', 'ignore', 'pipe'] });
    return null;
  } catch (error) {
    return String((error as { stderr?: Buffer }).stderr ?? error).trim();
  }
}
