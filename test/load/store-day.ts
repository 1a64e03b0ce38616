import { CLOSING_STEPS, type JournalKind, type JournalPayload, OPENING_STEPS } from '@tillward/contracts';

/** One entry of a simulated day, its payload serialised as an edge agent serialises it. */
export interface DayEntry {
  readonly atMs: number;
  readonly kind: JournalKind;
  readonly terminal: string | null;
  readonly payload: string;
}

const TERMINALS = 4;
const SALES_PER_TERMINAL = 250;
const DAY_MS = 86_400_000;
/** The first day is today: of days gone by, core's detectors would open incidents for every settlement that is still on its way. */
const OPENS_AT_MS = Math.floor(Date.now() / DAY_MS) * DAY_MS + 8 * 3_600_000;

/** Ids of a simulated store's terminals. */
export const TERMINAL_IDS: readonly string[] = Array.from({ length: TERMINALS }, (_, i) => `t${i + 1}`);

/** A day's mix in words, for the output. */
export const DAY_MIX =
  `${TERMINALS} terminals × ${SALES_PER_TERMINAL} sales (94 % completed with a 13-line receipt, 4 % declined, 1 % failed, 1 % in doubt and resolved), ` +
  'opening and proven closing of every terminal with settlement, operator and state changes';

/**
 * The journal of one store's business days: what an edge agent writes from opening to closing, in its order. Deterministic for a store and first day;
 * endless, a day after the other from today on.
 */
export function* storeDays(storeNo: number): Generator<DayEntry, never, void> {
  for (let day = 0; ; day++) yield* new Day(storeNo, day).entries();
}

class Day {
  readonly #businessDay: string;
  readonly #startMs: number;
  #id = 0;
  #count = 0;

  constructor(
    private readonly storeNo: number,
    private readonly day: number,
  ) {
    this.#startMs = OPENS_AT_MS + day * DAY_MS;
    this.#businessDay = new Date(this.#startMs).toISOString().slice(0, 10);
  }

  *entries(): Generator<DayEntry, void, void> {
    const batch = { batchNo: this.day + 1, businessDay: this.#businessDay };
    yield this.#entry('AgentStarted', null, { agentVersion: '0.1.0', session: this.day + 1, recoveredInDoubt: 0 });
    yield this.#entry('PolicyApplied', null, { version: this.day + 1, refused: [] });
    yield* this.#opening();
    for (let sale = 0; sale < SALES_PER_TERMINAL; sale++) {
      for (const terminal of TERMINAL_IDS) yield* this.#sale(terminal, sale, batch);
    }
    yield* this.#closing(batch);
  }

  *#opening(): Generator<DayEntry, void, void> {
    const routine = { routineId: this.#uuid(), businessDay: this.#businessDay };
    yield this.#entry('OpeningStarted', null, { ...routine, by: 'policy', terminals: [...TERMINAL_IDS] });
    for (const terminal of TERMINAL_IDS) {
      yield this.#entry('TerminalPoweredOn', terminal, { by: 'policy' });
      for (const step of OPENING_STEPS)
        yield this.#entry('OpeningStepCompleted', terminal, { ...routine, step, outcome: 'done', evidence: {} });
      yield this.#entry('TerminalSignedOn', terminal, { by: 'policy' });
      yield this.#entry('TerminalStateChanged', terminal, { power: 'on', service: 'ready', signedOn: true });
      yield this.#entry('OperatorSignedOn', terminal, { operatorId: `cashier-${terminal}`, certificateId: 'c-2026-0001' });
    }
    yield this.#entry('OpeningFinished', null, { ...routine, ready: [...TERMINAL_IDS], blocked: [] });
  }

  *#sale(terminal: string, sale: number, batch: { batchNo: number; businessDay: string }): Generator<DayEntry, void, void> {
    const ids = { paymentId: this.#uuid(), ...batch };
    const amountMinor = 150 + ((sale * 7919 + this.storeNo * 31) % 9850);
    yield this.#entry('PaymentStarted', terminal, {
      ...ids,
      amountMinor,
      currency: 'EUR',
      operatorId: `cashier-${terminal}`,
      tillId: `till-${terminal}`,
      idempotencyKey: `${this.#businessDay}-${terminal}-${sale}`,
    });
    const fate = sale % 100;
    if (fate < 4) yield this.#entry('PaymentDeclined', terminal, { ...ids, resultCode: '6C', detail: 'declined by the host' });
    else if (fate === 4) yield this.#entry('PaymentFailed', terminal, { ...ids, code: 'terminalRefused', detail: 'card removed' });
    else if (fate === 5) {
      yield this.#entry('PaymentInDoubt', terminal, { ...ids, reason: 'the connection ended before the answer' });
      yield this.#entry('PaymentResolved', terminal, { ...ids, booked: this.#booked(amountMinor, sale), asked: '06 20 03 03' });
    } else {
      const receipt = this.#receipt(terminal, amountMinor, sale);
      yield this.#entry('PaymentCompleted', terminal, { ...ids, booked: this.#booked(amountMinor, sale), receipt });
    }
    if (sale % 50 === 49) yield this.#entry('TerminalStateChanged', terminal, { power: 'on', service: 'ready', signedOn: true });
  }

  *#closing(batch: { batchNo: number; businessDay: string }): Generator<DayEntry, void, void> {
    const routine = { routineId: this.#uuid(), businessDay: this.#businessDay };
    const totals = { currency: 'EUR', amountMinor: 1_234_500, count: 240 };
    yield this.#entry('ClosingStarted', null, { ...routine, by: 'policy', terminals: [...TERMINAL_IDS] });
    for (const terminal of TERMINAL_IDS) {
      const settlement = { settlementId: this.#uuid(), ...batch };
      const steps: { step: (typeof CLOSING_STEPS)[number]; outcome: 'done'; seq: number }[] = [];
      yield this.#entry('OperatorSignedOff', terminal, { operatorId: `cashier-${terminal}`, by: 'closing' });
      for (const step of CLOSING_STEPS) {
        if (step === 'settle') {
          yield this.#entry('SettlementStarted', terminal, { ...settlement, by: 'policy', journalTotals: totals, terminalTotals: totals });
          yield this.#entry('SettlementCompleted', terminal, {
            ...settlement,
            journalTotals: totals,
            terminalTotals: totals,
            hostTotals: totals,
          });
        }
        steps.push({ step, outcome: 'done', seq: steps.length + 1 });
        yield this.#entry('ClosingStepCompleted', terminal, {
          ...routine,
          step,
          outcome: 'done',
          evidence: { amountMinor: 1_234_500, count: 240 },
        });
      }
      yield this.#entry('TerminalSignedOff', terminal, { by: 'policy' });
      yield this.#entry('TerminalPoweredOff', terminal, { by: 'policy' });
      yield this.#entry('CloseProven', terminal, { ...routine, overnight: 'off', totals, steps });
    }
    yield this.#entry('ClosingFinished', null, { ...routine, proven: [...TERMINAL_IDS], blocked: [] });
  }

  #booked(amountMinor: number, sale: number) {
    return {
      amountMinor,
      currency: 'EUR',
      traceNo: (sale + 1) % 1_000_000,
      receiptNo: (sale + 1) % 10_000,
      cardLast4: String(1000 + ((sale * 37) % 9000)),
      cardName: 'girocard',
      terminalId: '52500001',
      authorisationCode: '123456',
      terminalDate: '1120',
      terminalTime: '142305',
    };
  }

  #receipt(terminal: string, amountMinor: number, sale: number): string[] {
    const pair = (left: string, right: string) => left + right.padStart(24 - left.length);
    return [
      'Musterladen Berlin Mitte',
      '** CUSTOMER COPY **',
      pair('Terminal', terminal),
      pair('Date', '20.11.'),
      pair('Time', '14:23:05'),
      pair('Receipt', String(sale + 1).padStart(4, '0')),
      pair('Trace', String(sale + 1).padStart(6, '0')),
      'girocard',
      pair('Card', '**** 4711'),
      pair('Auth.', '123456'),
      '-'.repeat(24),
      pair('EUR', (amountMinor / 100).toFixed(2)),
      'APPROVED',
    ];
  }

  #entry<K extends JournalKind>(kind: K, terminal: string | null, payload: JournalPayload<K>): DayEntry {
    this.#count += 1;
    return { atMs: this.#startMs + this.#count * 17, kind, terminal, payload: JSON.stringify(payload) };
  }

  #uuid(): string {
    this.#id += 1;
    const tail = (this.day * 1_000_000 + this.#id).toString(16).padStart(12, '0');
    return `${this.storeNo.toString(16).padStart(8, '0')}-0000-4000-8000-${tail}`;
  }
}
