import type { Command } from '@tillward/driver-zvt';
import { type StepFault, TERMINAL_CONDITIONS, type TerminalConditionName, type TerminalFault, type TerminalStep } from './faults.js';

type CommandKind = Command['kind'];

/** What is waiting to go wrong at a terminal, and what is wrong with it. */
export class FaultBox {
  private steps: StepFault[] = [];
  private lostStatuses: CommandKind[] = [];
  private readonly conditions = new Set<TerminalConditionName>();
  private busyUntilMs = 0;
  private silentUntilMs = 0;
  private offlineSales = 0;
  private impossibleEndsOfDay = 0;
  private repeatedTraceNos = 0;

  /** How many faults wait for their command. */
  get pending(): number {
    return this.steps.length + this.lostStatuses.length + this.offlineSales + this.impossibleEndsOfDay + this.repeatedTraceNos;
  }

  /** Whether it is occupied with something of its own and says so. */
  get busy(): boolean {
    return Date.now() < this.busyUntilMs;
  }

  /** Whether it is occupied with something of its own and answers nothing at all. */
  get silent(): boolean {
    return Date.now() < this.silentUntilMs;
  }

  /** Whether the terminal is in this state. */
  has(name: TerminalConditionName): boolean {
    return this.conditions.has(name);
  }

  /** Puts the terminal into a state, or out of it. */
  set(name: TerminalConditionName, active: boolean): void {
    if (active) this.conditions.add(name);
    else this.conditions.delete(name);
  }

  /** Keeps a fault that waits; false for one that has to happen elsewhere. */
  keep(fault: TerminalFault): boolean {
    switch (fault.fault) {
      case 'cutAfterBooking':
        this.steps.push({ fault: 'dropAtStep', step: 'afterBooking', command: 'authorisation' });
        return true;
      case 'dropAtStep':
      case 'delayAtStep':
      case 'garbageAtStep':
      case 'duplicateAtStep':
      case 'truncateAtStep':
      case 'powerOffAtStep':
        this.steps.push(fault);
        return true;
      case 'loseStatus':
        this.lostStatuses.push(fault.command);
        return true;
      case 'storeOffline':
        this.offlineSales += fault.count;
        return true;
      case 'repeatTraceNo':
        this.repeatedTraceNos += 1;
        return true;
      case 'endOfDayImpossible':
        this.impossibleEndsOfDay += 1;
        return true;
      case 'busy':
        this.busyUntilMs = Date.now() + fault.seconds * 1_000;
        return true;
      case 'timedJob':
        this.silentUntilMs = Date.now() + fault.seconds * 1_000;
        return true;
      default:
        if (!('active' in fault)) return false;
        this.set(fault.fault, fault.active);
        return true;
    }
  }

  /** Undoes everything. */
  clear(): void {
    this.steps = [];
    this.lostStatuses = [];
    for (const name of TERMINAL_CONDITIONS) this.conditions.delete(name);
    this.busyUntilMs = 0;
    this.silentUntilMs = 0;
    this.offlineSales = 0;
    this.impossibleEndsOfDay = 0;
    this.repeatedTraceNos = 0;
  }

  /** The fault that waits for this step of this command, at most once. */
  takeStep(command: CommandKind, step: TerminalStep): StepFault | undefined {
    const index = this.steps.findIndex((fault) => fault.command === command && fault.step === step);
    return index < 0 ? undefined : this.steps.splice(index, 1)[0];
  }

  /** Whether this command's 04 0F is to get lost, at most once. */
  takeLostStatus(command: CommandKind): boolean {
    const index = this.lostStatuses.indexOf(command);
    if (index >= 0) this.lostStatuses.splice(index, 1);
    return index >= 0;
  }

  /** Whether the next sale is to be authorised offline. */
  takeOfflineSale(): boolean {
    if (this.offlineSales === 0) return false;
    this.offlineSales -= 1;
    return true;
  }

  /** Whether this sale is to get the trace number of the one before it. */
  takeRepeatedTraceNo(): boolean {
    if (this.repeatedTraceNos === 0) return false;
    this.repeatedTraceNos -= 1;
    return true;
  }

  /** Whether the next end of day is to be impossible. */
  takeImpossibleEndOfDay(): boolean {
    if (this.impossibleEndsOfDay === 0) return false;
    this.impossibleEndsOfDay -= 1;
    return true;
  }
}
