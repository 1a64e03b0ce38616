import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { dice, FUZZ_PROFILE, type FuzzSubject, hostileFile, PAN, SUBJECTS } from './fuzz.fixtures.js';
import { REFUSALS, REMAINDERS_PER_MINOR, type ReadOptions, StatementReader, StatementRefused, type StatementSummary } from './index.js';

/** `STATEMENT_FUZZ_CASES=20000 npx vitest run libs/statements/src/fuzz.spec.ts` is the long run, so many cases for each format; `STATEMENT_FUZZ_SEED` replays one. */
const CASES = Number(process.env['STATEMENT_FUZZ_CASES'] ?? 150);
const seed = Number(process.env['STATEMENT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Far above what any of these files takes, also on a machine that is busy with something else. */
const HANG_MS = 10_000;
const GROWTH_BYTES = 50 * 2 ** 20;
const WARM_UP = 300;
const PARTS = BigInt(REMAINDERS_PER_MINOR);

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The card number as one: within a longer number it is no card number. */
const CARD_NUMBER = new RegExp(`(?<!\\d)${PAN}(?!\\d)`);

/** A text of a row or entry in which a card number is left. */
function unmaskedIn(value: object): string | undefined {
  for (const text of Object.values(value)) {
    const found =
      typeof text === 'string' ? (CARD_NUMBER.test(text) ? text : undefined) : typeof text === 'object' ? unmaskedIn(text) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function heldBytes(): number {
  // Buffers are given back by a sweep behind the collection that found them free: the second collection waits for the first one's.
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

interface Outcome {
  readonly refusal?: StatementRefused;
  readonly summary?: StatementSummary;
}

/** Reads a file in chunks of a size and holds the result to what may come out of any file. */
function outcomeOf(bytes: Uint8Array, options: ReadOptions, chunk: number): Outcome {
  const net = new Map<string, bigint>();
  const add = (currency: string, minor: number, part: number) =>
    net.set(currency, (net.get(currency) ?? 0n) + BigInt(minor) * PARTS + BigInt(part));
  let rows = 0;
  const masked: (string | undefined)[] = [];
  const reader = new StatementReader(options, {
    rows: (batch) => {
      for (const row of batch.rows()) {
        rows++;
        if (row.netMinor !== row.grossMinor + row.feeMinor || !Number.isSafeInteger(row.netMinor))
          throw new Error(`row ${row.line} does not add up`);
        if (row.type !== 'payout' && row.type !== 'balance') add(row.currency, row.netMinor, row.feeRemainder);
        masked.push(row.cardLast4, unmaskedIn(row));
      }
    },
    entries: (entries) => {
      for (const entry of entries) {
        rows++;
        if (!Number.isSafeInteger(entry.amountMinor) || Object.is(entry.amountMinor, -0))
          throw new Error(`entry ${entry.line} is no amount`);
        if (entry.status === 'booked') add(entry.currency, entry.amountMinor, 0);
        // An account is the chain's own, whatever its number.
        masked.push(unmaskedIn({ ...entry, account: '' }));
      }
    },
  });
  try {
    for (let at = 0; at < bytes.length; at += chunk) reader.push(bytes.subarray(at, at + chunk));
    const summary = reader.end();
    if (summary.rowCount !== rows) throw new Error(`${summary.rowCount} rows counted, ${rows} handed on`);
    for (const { currency, netMinor, feeRemainder } of summary.totals)
      if (BigInt(netMinor) * PARTS + BigInt(feeRemainder) !== (net.get(currency) ?? 0n))
        throw new Error(`the total of ${currency} is not that of the rows`);
    if (summary.checks.some((check) => check.binding && !check.ok)) throw new Error('a binding check failed and the file was read');
    for (const four of masked) if (four !== undefined && !/^\d{4}$/.test(four)) throw new Error('a card number came out');
    return { summary };
  } catch (error) {
    if (!(error instanceof StatementRefused)) throw error;
    if (!(error.code in REFUSALS) || !Number.isInteger(error.line) || error.line < 1)
      throw new Error(`refused as ${error.code} in line ${error.line}`);
    if (error.message === '' || error.message.includes(PAN)) throw new Error(`refused with the message ${error.message}`);
    return { refusal: error };
  }
}

function same(one: Outcome, other: Outcome): boolean {
  if (one.refusal !== undefined || other.refusal !== undefined)
    return one.refusal?.code === other.refusal?.code && one.refusal?.line === other.refusal?.line;
  return JSON.stringify(one.summary) === JSON.stringify(other.summary);
}

function survive(subject: FuzzSubject, cases: number, start: number): { refused: number; longestMs: number; grown: number } {
  const roll = dice(start);
  const options: ReadOptions = subject.profile === undefined ? {} : { profile: FUZZ_PROFILE };
  let held = 0;
  let longestMs = 0;
  let refused = 0;
  for (let n = 0; n < cases; n++) {
    if (n === Math.min(WARM_UP, cases - 1)) held = heldBytes();
    const { bytes, kind } = hostileFile(roll, subject);
    const forced = roll(2) === 0 ? { ...options, format: subject.format } : options;
    const begun = performance.now();
    try {
      const whole = outcomeOf(bytes, forced, bytes.length + 1);
      if (whole.refusal !== undefined) refused++;
      const pieces = outcomeOf(bytes, forced, 1 + roll(bytes.length > 100_000 ? 60_000 : 300));
      if (!same(whole, pieces)) throw new Error(`whole: ${JSON.stringify(whole)}, in pieces: ${JSON.stringify(pieces)}`);
    } catch (error) {
      throw new Error(
        `${subject.format}, case ${n} of seed ${start} (${kind}), ${Buffer.from(bytes.subarray(0, 3_000)).toString('base64')}: ${(error as Error).message}`,
        {
          cause: error,
        },
      );
    }
    longestMs = Math.max(longestMs, performance.now() - begun);
  }
  return { refused, longestMs, grown: heldBytes() - held };
}

describe(`hostile files (STATEMENT_FUZZ_SEED=${seed})`, () => {
  it.each(SUBJECTS.map((subject) => [subject.format, subject] as const))(
    `%s: ${CASES} files are refused with a line or read right, whatever the chunks`,
    (format, subject) => {
      const { refused, longestMs, grown } = survive(subject, CASES, seed);
      process.stdout.write(
        `STATEMENT_FUZZ_SEED=${seed} ${format}: ${CASES} files, ${refused} refused, longest ${Math.round(longestMs)} ms\n`,
      );
      expect(longestMs).toBeLessThan(HANG_MS);
      expect(grown).toBeLessThan(GROWTH_BYTES);
      expect(refused).toBeGreaterThan(CASES / 4);
    },
    3_600_000,
  );

  it.each(SUBJECTS.map((subject) => [subject.format, subject] as const))('%s: cut at every byte', (_, subject) => {
    const options: ReadOptions = subject.profile === undefined ? {} : { profile: FUZZ_PROFILE };
    for (let size = 0; size < subject.good.length; size++) outcomeOf(subject.good.subarray(0, size), options, 1 << 20);
    expect(outcomeOf(subject.good, options, 1 << 20).summary?.format).toBe(subject.format);
  });

  it('the same seed gives the same files', () => {
    const [one, other] = [dice(seed), dice(seed)];
    for (let n = 0; n < 100; n++)
      expect(hostileFile(one, SUBJECTS[n % SUBJECTS.length]!)).toEqual(hostileFile(other, SUBJECTS[n % SUBJECTS.length]!));
  });
});
