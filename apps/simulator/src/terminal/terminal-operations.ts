import { type CharacterSet, type Command, numericCurrency } from '@tillward/driver-zvt';
import type { AcquirerHost } from './acquirer-host.js';
import type { TerminalCondition } from './admission.rules.js';
import { BatchOperations } from './batch-operations.js';
import type { CommandRun } from './command-run.js';
import type { FaultBox } from './fault-box.js';
import { MoneyOperations, type Pace, type Workplace } from './money-operations.js';
import { type DeviceOptions, ServiceOperations } from './service-operations.js';
import { TerminalClock } from './terminal-clock.js';
import type { TerminalStore } from './terminal-store.js';
import { type TerminalIdentity, TillDialogue } from './till-dialogue.js';

/** Who a terminal is and how long things take at it, as far as its operations care. */
export interface OperationOptions extends TerminalIdentity, DeviceOptions, Pace {
  readonly timeZone: string;
  /** Characters of its texts when the till asks for none. */
  readonly characterSet: CharacterSet;
}

/** What a terminal does when it has taken a command: the acts behind the frames, and the condition they leave it in. */
export class TerminalOperations {
  readonly currencyNumber: number;
  readonly till: TillDialogue;
  readonly clock: TerminalClock;
  private readonly money: MoneyOperations;
  private readonly batch: BatchOperations;
  private readonly service: ServiceOperations;

  constructor(options: OperationOptions, store: TerminalStore, host: AcquirerHost, faults: FaultBox) {
    const number = numericCurrency(options.currency);
    if (number === undefined) throw new RangeError(`ZVT has no number for the currency ${options.currency}`);
    this.currencyNumber = number;
    this.clock = new TerminalClock(options.timeZone);
    this.till = new TillDialogue(options, number, this.clock);
    const work: Workplace = { store, host, till: this.till, clock: this.clock, faults, currencyNumber: number };
    this.money = new MoneyOperations(options, work);
    this.batch = new BatchOperations(options, work);
    this.service = new ServiceOperations(options, options, work);
  }

  /** What the display shows. */
  get display(): readonly string[] {
    return this.service.display;
  }

  /** Forgets what lives in volatile memory. */
  losePower(): void {
    this.service.losePower();
  }

  /** How the terminal stands. */
  condition(): TerminalCondition {
    return this.service.condition();
  }

  /** Carries out an admitted command, from after its 80 00 00 to its completion. `reboot` restarts the terminal. */
  async perform(command: Command, run: CommandRun, reboot: () => void): Promise<void> {
    switch (command.kind) {
      case 'authorisation':
        return this.money.sell(run, command);
      case 'reversal':
        return this.money.reverse(run, command);
      case 'refund':
        return this.money.refund(run, command);
      case 'endOfDay':
        return this.batch.endOfDay(run);
      case 'turnoverTotals':
        return this.batch.totals(run);
      case 'sendOfflineTransactions':
        return this.batch.sendStored(run);
      case 'repeatReceipt':
        return this.batch.repeat(run, command);
      case 'reprintReceipts':
        return this.batch.reprint(run, command);
      case 'registration':
        return this.service.register(run, command);
      case 'statusEnquiry':
        return this.service.status(run, command);
      case 'initialisation':
        return this.service.initialise(run);
      case 'diagnosis':
        return this.service.diagnose(run);
      case 'selftest':
        return this.service.selftest(run);
      case 'resetTerminal':
        return this.service.restart(run, reboot);
      case 'setDateAndTime':
        return this.service.setClock(run, command);
      case 'displayText':
        return this.service.show(command);
      case 'logOff':
        return this.till.forget();
      case 'abort':
        // Nothing is running that could be stopped; its 80 00 00 was the whole answer.
        return;
    }
  }
}
