import { type BigIntStats, closeSync, openSync, statSync, writeSync } from 'node:fs';
import { DEFAULT_SETTINGS, type ReconciliationSettings, reconciliationSettings } from '@tillward/reconciliation';
import { withoutCardNumbers } from '@tillward/statements';
import { ConfigMistake } from './command-errors.js';
import { FileRefused, type ReconciledFiles, reconcileFiles } from './reconcile-files.js';
import { EXCEPTIONS_HEADER, exceptionCsv, exceptionsOf, reportOf, reportText } from './reconcile-report.js';

/** Flags of `tillward reconcile`, as the command line has them. */
export interface ReconcileFlags {
  readonly terminal?: string;
  readonly acquirer?: string;
  readonly json?: boolean;
  readonly limit?: string;
  readonly exceptions?: string;
  readonly amountTolerance?: readonly string[];
  readonly feeTolerance?: string;
  readonly timingDays?: string;
  readonly identity?: string;
}

/** Where the command writes to. */
export interface ReconcileStreams {
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
}

/** Exit statuses, as diff(1) has them. */
export const RECONCILE_STATUS = { matched: 0, differences: 1, refused: 2 } as const;

const TEXT_LIMIT = 50;
const JSON_LIMIT = 100_000;

/**
 * Compares a terminal's and an acquirer's CSV file without a database and prints counts, sums and exceptions (docs/guide/reconciliation.md). Exit status as diff(1): 0 everything matched, 1 there are
 * differences, 2 a file was refused (`FILE:LINE: reason` on the error output; with `--json` also one object with `refused`). Throws ConfigMistake for a flag that can't be used.
 */
export async function reconcile(flags: ReconcileFlags, { output, errors }: ReconcileStreams): Promise<number> {
  const { terminal, acquirer } = flags;
  if (terminal === undefined || acquirer === undefined) throw new ConfigMistake('reconcile needs --terminal FILE and --acquirer FILE');
  const settings = settingsOf(flags);
  if (flags.exceptions !== undefined) refuseInput(flags.exceptions, [terminal, acquirer]);
  const limit = wholeNumber('--limit', flags.limit) ?? (flags.json === true ? JSON_LIMIT : TEXT_LIMIT);
  const started = performance.now();
  try {
    const found = await reconcileFiles({ terminal, acquirer, settings });
    const seconds = Math.round(performance.now() - started) / 1_000;
    if (flags.exceptions !== undefined) writeExceptions(flags.exceptions, found);
    const report = reportOf(found, limit, seconds);
    output.write(flags.json === true ? `${JSON.stringify(report)}\n` : reportText(report));
    return report.clean ? RECONCILE_STATUS.matched : RECONCILE_STATUS.differences;
  } catch (error) {
    if (!(error instanceof FileRefused)) throw error;
    const { side, line, code, reason } = error;
    const file = withoutCardNumbers(error.file);
    if (flags.json === true) output.write(`${JSON.stringify({ refused: { side, file, line, code, reason } })}\n`);
    errors.write(`${withoutCardNumbers(error.message)}\n`);
    return RECONCILE_STATUS.refused;
  }
}

function settingsOf(flags: ReconcileFlags): ReconciliationSettings {
  const identity = flags.identity ?? DEFAULT_SETTINGS.identity;
  if (identity !== 'trace' && identity !== 'reference') throw new ConfigMistake('--identity is trace or reference');
  try {
    return reconciliationSettings({
      amountToleranceMinor: Object.fromEntries((flags.amountTolerance ?? []).map(amountTolerance)),
      feeToleranceMinor: wholeNumber('--fee-tolerance', flags.feeTolerance) ?? DEFAULT_SETTINGS.feeToleranceMinor,
      timingDays: wholeNumber('--timing-days', flags.timingDays) ?? DEFAULT_SETTINGS.timingDays,
      identity,
    });
  } catch (error) {
    if (error instanceof RangeError) throw new ConfigMistake(error.message);
    throw error;
  }
}

function amountTolerance(text: string): [string, number] {
  const [, currency, minor] = /^([A-Z]{3})=(\d{1,12})$/.exec(text) ?? [];
  if (currency === undefined) throw new ConfigMistake('--amount-tolerance is a currency and minor units, such as EUR=1');
  return [currency, Number(minor)];
}

function wholeNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new ConfigMistake(`${flag} is a whole number from 0`);
  return Number(text);
}

/** Exceptions never take the place of what is compared, whatever name or link leads to it. */
function refuseInput(exceptions: string, inputs: readonly string[]): void {
  const target = statsOf(exceptions);
  if (target === undefined) return;
  for (const input of inputs) {
    const stats = statsOf(input);
    if (stats?.dev === target.dev && stats.ino === target.ino)
      throw new ConfigMistake(`--exceptions would overwrite ${input}, one of the files compared: name another file`);
  }
}

function statsOf(file: string): BigIntStats | undefined {
  try {
    return statSync(file, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    throw new ConfigMistake(`${file} can't be used: ${(error as Error).message}`);
  }
}

function writeExceptions(file: string, found: ReconciledFiles): void {
  let fd: number;
  try {
    fd = openSync(file, 'w', 0o600);
  } catch (error) {
    throw new ConfigMistake(`--exceptions can't be written: ${(error as Error).message}`);
  }
  try {
    let text = EXCEPTIONS_HEADER;
    for (const exception of exceptionsOf(found)) {
      text += exceptionCsv(exception);
      if (text.length < 65_536) continue;
      writeSync(fd, text);
      text = '';
    }
    writeSync(fd, text);
  } finally {
    closeSync(fd);
  }
}
