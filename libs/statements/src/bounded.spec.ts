import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { StatementReader, type StatementSummary } from './index.js';
import { ADYEN_HEADER, camt, camtStatement, utf8 } from './statements.fixtures.js';

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heldBytes(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Reads pieces and tells how much more is held before the end than at the beginning. */
function grownBy(pieces: Iterable<string>): { grown: number; summary: StatementSummary } {
  const reader = new StatementReader();
  const before = heldBytes();
  for (const piece of pieces) reader.push(utf8(piece));
  const grown = heldBytes() - before;
  return { grown, summary: reader.end() };
}

/** T2: what a file says decides nothing about memory. */
describe('memory', () => {
  it('a report whose rows all differ, of unknown types and payouts of their own', () => {
    function* pieces(): Generator<string> {
      yield `${ADYEN_HEADER}\n`;
      for (let n = 0; n < 60_000; n++)
        yield `Chain,M${n},P${n},O${n},mc,2026-11-20 10:11:12,CET,Type${n},M,EUR,,1,1,EUR,,1,,,,,v,${n},2026-11-21 01:00:00\n`;
    }
    const { grown, summary } = grownBy(pieces());
    expect(summary).toMatchObject({ rowCount: 60_000, rowsByType: { credit: 60_000 } });
    expect(summary.notes.length).toBeLessThan(110);
    // Fifty thousand payouts are remembered, the rest is not.
    expect(grown).toBeLessThan(24 * 2 ** 20);
  });

  it('a bank file of many statements, each with a failing check', () => {
    const statement = camtStatement('08', '150.09').replace('<Id>S-1</Id>', '<Id>S-1</Id><StmtPgntn><PgNb>2</PgNb></StmtPgntn>');
    const [head, tail] = camt('SPLIT').split('SPLIT') as [string, string];
    function* pieces(): Generator<string> {
      yield head;
      for (let n = 0; n < 2_000; n++) yield n === 0 ? statement : `</Stmt>\n<Stmt>${statement}`;
      yield tail;
    }
    const { grown, summary } = grownBy(pieces());
    expect(summary).toMatchObject({ rowCount: 6_000, checksMade: 6_000, checksFailed: 2_000 });
    expect(summary.statements).toHaveLength(1_000);
    expect(summary.checks).toHaveLength(200);
    expect(grown).toBeLessThan(8 * 2 ** 20);
  });
});
