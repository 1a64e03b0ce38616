import { z } from 'zod';

const delayMs = z.int().min(0).max(600_000);

/** What can go wrong with a printer. Faults hold until `clear`, and add up: paper can be out while the cover is open. */
export const printerFault = z.discriminatedUnion('fault', [
  z.strictObject({ fault: z.literal('clear').describe('paper in, cover closed, no error, online, answers') }),
  z.strictObject({ fault: z.literal('paperLow').describe('the roll is nearly used up; it still prints') }),
  z.strictObject({ fault: z.literal('paperOut').describe('no paper; what is sent waits') }),
  z.strictObject({ fault: z.literal('coverOpen').describe('the cover is open; what is sent waits') }),
  z.strictObject({
    fault: z.literal('error').describe('stopped by an error; DLE ENQ ends a recoverable one'),
    error: z.enum(['recoverable', 'unrecoverable', 'autocutter', 'autoRecoverable']).default('recoverable'),
  }),
  z.strictObject({ fault: z.literal('offline').describe('switched offline; what is sent waits') }),
  z.strictObject({ fault: z.literal('unreachable').describe('refuses connections') }),
  z.strictObject({ fault: z.literal('silent').describe('accepts connections and answers nothing') }),
  z.strictObject({ fault: z.literal('partial').describe('answers only the first questions'), answers: z.int().min(0).max(3).default(1) }),
  z.strictObject({ fault: z.literal('garbage').describe('answers with bytes that are no status') }),
  z.strictObject({ fault: z.literal('automaticStatus').describe('sends its automatic status between the answers') }),
  z.strictObject({ fault: z.literal('slowAnswers').describe('every answer is late'), delayMs }),
]);
export type PrinterFault = z.infer<typeof printerFault>;

/** How a printer stands. */
export interface PrinterCondition {
  readonly paper: 'ok' | 'low' | 'out';
  readonly coverOpen: boolean;
  readonly error: 'recoverable' | 'unrecoverable' | 'autocutter' | 'autoRecoverable' | null;
  readonly offline: boolean;
  readonly unreachable: boolean;
  /** How many questions of a connection it answers; null for all. */
  readonly answers: number | null;
  readonly garbage: boolean;
  readonly automaticStatus: boolean;
  readonly answerDelayMs: number;
}

/** A printer nothing is wrong with. */
export const HEALTHY: PrinterCondition = {
  paper: 'ok',
  coverOpen: false,
  error: null,
  offline: false,
  unreachable: false,
  answers: null,
  garbage: false,
  automaticStatus: false,
  answerDelayMs: 0,
};

/** The condition after a fault. */
export function withFault(condition: PrinterCondition, fault: PrinterFault): PrinterCondition {
  switch (fault.fault) {
    case 'clear':
      return HEALTHY;
    case 'paperLow':
      return { ...condition, paper: 'low' };
    case 'paperOut':
      return { ...condition, paper: 'out' };
    case 'coverOpen':
      return { ...condition, coverOpen: true };
    case 'error':
      return { ...condition, error: fault.error };
    case 'offline':
      return { ...condition, offline: true };
    case 'unreachable':
      return { ...condition, unreachable: true };
    case 'silent':
      return { ...condition, answers: 0 };
    case 'partial':
      return { ...condition, answers: fault.answers };
    case 'garbage':
      return { ...condition, garbage: true };
    case 'automaticStatus':
      return { ...condition, automaticStatus: true };
    case 'slowAnswers':
      return { ...condition, answerDelayMs: fault.delayMs };
  }
}

/** Whether it prints what it gets. */
export function prints({ paper, coverOpen, error, offline }: PrinterCondition): boolean {
  return paper !== 'out' && !coverOpen && error === null && !offline;
}

/** Bits 1 and 4 are set in every answer to DLE EOT. */
const ALWAYS = 0x12;

/** What it answers to DLE EOT n (Epson ESC/POS command reference); null for a question it doesn't know. */
export function statusByte(condition: PrinterCondition, question: number): number | null {
  const { paper, coverOpen, error } = condition;
  const bits = (...pairs: [boolean, number][]) => pairs.reduce((byte, [set, bit]) => (set ? byte | bit : byte), ALWAYS);
  switch (question) {
    case 1:
      return bits([!prints(condition), 0x08]);
    case 2:
      return bits([coverOpen, 0x04], [paper === 'out', 0x20], [error !== null, 0x40]);
    case 3:
      return bits(
        [error === 'recoverable', 0x04],
        [error === 'autocutter', 0x08],
        [error === 'unrecoverable', 0x20],
        [error === 'autoRecoverable', 0x40],
      );
    case 4:
      return bits([paper !== 'ok', 0x0c], [paper === 'out', 0x60]);
    default:
      return null;
  }
}

/** What it answers to GS r 1: the paper sensor alone. */
export function sensorByte({ paper }: PrinterCondition): number {
  return (paper === 'ok' ? 0 : 0x03) | (paper === 'out' ? 0x0c : 0);
}

/** The four bytes it sends by itself when something changed (GS a). */
export function automaticStatus(condition: PrinterCondition): Buffer {
  const first = 0x10 | (prints(condition) ? 0 : 0x08) | (condition.coverOpen ? 0x20 : 0);
  const paper = (condition.paper === 'ok' ? 0 : 0x03) | (condition.paper === 'out' ? 0x0c : 0);
  return Buffer.from([first, condition.error === null ? 0 : 0x04, paper, 0]);
}
