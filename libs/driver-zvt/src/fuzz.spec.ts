import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { dice, hostileStream, survives } from './fuzz.fixtures.js';

/** `ZVT_FUZZ_CASES=1000000 npx vitest run libs/driver-zvt/src/fuzz.spec.ts` is the long run; `ZVT_FUZZ_SEED` replays one. */
const CASES = Number(process.env['ZVT_FUZZ_CASES'] ?? 10_000);
const seed = Number(process.env['ZVT_FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

const HANG_MS = 1_000;
const GROWTH_BYTES = 50 * 2 ** 20;
const WARM_UP = 2_000;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** What is held after everything that can be let go of was. */
function heldBytes(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe(`hostile bytes (ZVT_FUZZ_SEED=${seed})`, () => {
  it(`${CASES} streams, each cut at every byte: nothing is thrown, hangs or stays in memory, and the next good frame is read`, () => {
    process.stdout.write(`ZVT_FUZZ_SEED=${seed} ZVT_FUZZ_CASES=${CASES}\n`);
    const roll = dice(seed);
    let held = 0;
    let longestMs = 0;
    for (let n = 0; n < CASES; n++) {
      if (n === Math.min(WARM_UP, CASES - 1)) held = heldBytes();
      const stream = hostileStream(roll);
      const begun = performance.now();
      try {
        survives(stream);
      } catch (error) {
        throw new Error(`case ${n} of seed ${seed}, ${Buffer.from(stream).toString('hex')}: ${(error as Error).message}`, { cause: error });
      }
      longestMs = Math.max(longestMs, performance.now() - begun);
    }
    expect(longestMs).toBeLessThan(HANG_MS);
    expect(heldBytes() - held).toBeLessThan(GROWTH_BYTES);
  }, 1_800_000);

  it('the same seed gives the same streams', () => {
    const [one, other] = [dice(seed), dice(seed)];
    for (let n = 0; n < 200; n++) expect(hostileStream(one)).toEqual(hostileStream(other));
  });
});
