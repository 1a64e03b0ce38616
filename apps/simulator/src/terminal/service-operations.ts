import {
  type Command,
  type DeviceStatus,
  EXTENDED_STATUS,
  encodeRegistrationCompletion,
  encodeStatusCompletion,
  RESULT,
  type TerminalLock,
} from '@tillward/driver-zvt';
import { statusByteOf, type TerminalCondition } from './admission.rules.js';
import type { CommandRun } from './command-run.js';
import { type Pace, SHOWN, type Workplace } from './money-operations.js';

/** Who a terminal is when it is asked for everything. */
export interface DeviceOptions {
  readonly terminalId: string;
  /** Local `HH:MM` of the daily reboot; null for none. */
  readonly dailyRebootAt: string | null;
  /** Whether 06 18 is completed before the terminal goes away, or the connection just drops. */
  readonly completesRestart: boolean;
}

const MODEL = 'Tillward Simulated Terminal';
const SOFTWARE = 'TILLWARD-SIM 1.0';

/** What moves no money: 05 01, 06 00, 06 18, 06 70, 06 79, 06 91, 06 93, 06 E0. */
export class ServiceOperations {
  private signedOn = false;
  private shown: { readonly lines: readonly string[]; readonly untilMs: number } = { lines: [], untilMs: 0 };

  constructor(
    private readonly options: DeviceOptions,
    private readonly pace: Pace,
    private readonly work: Workplace,
  ) {}

  /** What 06 E0 has put on its display, as long as it stays there. */
  get display(): readonly string[] {
    return Date.now() < this.shown.untilMs ? this.shown.lines : [];
  }

  /** Forgets what lives in volatile memory. */
  losePower(): void {
    this.signedOn = false;
    this.shown = { lines: [], untilMs: 0 };
    this.work.till.forget();
  }

  /** How the terminal stands. */
  condition(): TerminalCondition {
    const { faults, till } = this.work;
    return {
      registered: till.registered,
      signedOn: this.signedOn && !faults.has('signOnNeeded'),
      settlementNeeded: faults.has('settlementNeeded'),
      diagnosisNeeded: faults.has('diagnosisNeeded'),
      clockWrong: faults.has('clockWrong'),
      outOfOrder: faults.has('outOfOrder'),
      activationNeeded: faults.has('activationNeeded'),
      printerNotReady: faults.has('printerNotReady'),
      cardInserted: faults.has('cardInserted'),
    };
  }

  /** 06 00. */
  async register(run: CommandRun, registration: Extract<Command, { kind: 'registration' }>): Promise<void> {
    const { till, currencyNumber } = this.work;
    till.register(registration);
    const condition = this.condition();
    await run.complete(
      encodeRegistrationCompletion({
        statusByte: (condition.signedOn ? 0 : 1) | (condition.diagnosisNeeded ? 2 : 0),
        terminalId: this.options.terminalId,
        ...(registration.currency === null ? {} : { currency: currencyNumber }),
        ...(registration.tlv && registration.characterSet !== null ? { characterSet: registration.characterSet } : {}),
        ...(registration.printBlocks ? { printBlocks: true } : {}),
      }),
    );
  }

  /** 05 01. The extended answer is a TLV container: a till that didn't register for TLV gets none. */
  async status(run: CommandRun, { serviceByte }: Extract<Command, { kind: 'statusEnquiry' }>): Promise<void> {
    const extended = this.work.till.tlv && ((serviceByte ?? 0) & EXTENDED_STATUS) !== 0;
    const statusByte = this.work.faults.busy ? RESULT.busy : statusByteOf(this.condition());
    await run.complete(encodeStatusCompletion(`${SOFTWARE} ${this.options.terminalId}`, statusByte, extended ? this.device() : undefined));
  }

  /** 06 93; cures 51. */
  async initialise(run: CommandRun): Promise<void> {
    if (!(await this.reachesHost(run))) return;
    this.signedOn = true;
    this.work.faults.set('signOnNeeded', false);
    await run.complete();
  }

  /** 06 70; cures C2. */
  async diagnose(run: CommandRun): Promise<void> {
    const { till, faults } = this.work;
    if (!(await this.reachesHost(run))) return;
    faults.set('diagnosisNeeded', false);
    await till.printAdministration(run, till.administrative('** DIAGNOSIS **', ['Host reached', 'SUCCESSFUL']));
    await run.complete();
  }

  /** 06 79. */
  async selftest(run: CommandRun): Promise<void> {
    const { till } = this.work;
    await run.show(SHOWN.pleaseWait);
    await run.pause(this.pace.random.integer(...this.pace.hostMs));
    const { outOfOrder, printerNotReady } = this.condition();
    if (outOfOrder) return run.abort(RESULT.outOfOrder);
    if (printerNotReady) return run.abort(RESULT.printerNotReady);
    await till.printAdministration(run, till.administrative('** SELF-TEST **', ['SUCCESSFUL']));
    await run.complete();
  }

  /** 06 18: says so, or says nothing, and goes away. */
  async restart(run: CommandRun, reboot: () => void): Promise<void> {
    if (this.options.completesRestart) await run.complete();
    await run.heard();
    reboot();
  }

  /** 06 91; cures 62. A time that doesn't exist is a protocol error. */
  async setClock(run: CommandRun, { date, time }: Extract<Command, { kind: 'setDateAndTime' }>): Promise<void> {
    const pairs = (digits: string) => digits.match(/../g) ?? [];
    const local = `20${pairs(date).join('-')}T${pairs(time).join(':')}`;
    if (!this.work.clock.set(local)) return run.abort(RESULT.protocolError);
    this.work.faults.set('clockWrong', false);
    await run.complete();
  }

  /** 06 E0: shown when its 80 00 00 is out; no completion follows. 0 seconds is for ever. */
  show({ lines, seconds }: Extract<Command, { kind: 'displayText' }>): void {
    this.shown = { lines, untilMs: seconds === 0 ? Number.POSITIVE_INFINITY : Date.now() + (seconds ?? 10) * 1_000 };
  }

  private device(): Partial<DeviceStatus> {
    const { clock } = this.work;
    const { terminalId, dailyRebootAt } = this.options;
    return {
      terminalId,
      name: MODEL,
      software: SOFTWARE,
      serial: `53${terminalId}`,
      deviceState: this.condition().signedOn ? 0 : 1,
      locks: this.locks(),
      clock: clock.local(),
      nextReboot: dailyRebootAt === null ? null : clock.next(dailyRebootAt).at,
    };
  }

  private locks(): TerminalLock[] {
    const condition = this.condition();
    const locks: readonly (readonly [TerminalLock, boolean])[] = [
      ['printer', condition.printerNotReady],
      ['outOfOrder', condition.outOfOrder],
      ['diagnosis', condition.diagnosisNeeded],
      ['initialisation', !condition.signedOn],
      ['reconciliation', condition.settlementNeeded],
      ['activation', condition.activationNeeded],
      ['cardInserted', condition.cardInserted],
    ];
    return locks.filter(([, locked]) => locked).map(([lock]) => lock);
  }

  /** Whether the host answers; says the abort when it doesn't. */
  private async reachesHost(run: CommandRun): Promise<boolean> {
    await run.show(SHOWN.waitingForHost);
    await run.pause(this.pace.random.integer(...this.pace.hostMs));
    const resultCode = this.work.host.connect();
    if (resultCode === RESULT.ready) return true;
    await run.abort(resultCode);
    return false;
  }
}
