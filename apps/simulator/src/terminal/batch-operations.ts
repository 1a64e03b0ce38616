import { type Command, RESULT } from '@tillward/driver-zvt';
import type { CommandRun } from './command-run.js';
import { type Pace, SHOWN, type Workplace } from './money-operations.js';
import { settlementReceipt } from './receipt.js';

/** What a terminal does with its open batch: 06 10, 06 12, 06 20, 06 50, 06 51. */
export class BatchOperations {
  constructor(
    private readonly pace: Pace,
    private readonly work: Workplace,
  ) {}

  /** 06 50: sends what is stored, agrees with the host, and only then clears the batch. */
  async endOfDay(run: CommandRun): Promise<void> {
    const { store, till, faults } = this.work;
    if (faults.takeImpossibleEndOfDay()) return run.abort(RESULT.endOfDayImpossible);
    await run.show(SHOWN.waitingForHost);
    await run.reach('afterIntermediate');
    run.requireLink();
    const resultCode = await this.hostAnswer(run);
    if (resultCode !== RESULT.ready) return run.abort(resultCode);
    await run.reach('beforeBooking');
    store.markSent();
    const batchNo = store.batch.no;
    const turnover = store.turnover();
    const line = store.settle(new Date());
    this.pace.booked(line);
    faults.set('settlementNeeded', false);
    await run.reach('afterBooking');
    await run.sayOutcome(till.totalsInformation(turnover, line.traceNo));
    await run.reach('afterStatus');
    await till.printAdministration(run, settlementReceipt(till.receiptHead(), batchNo, turnover));
    return run.complete();
  }

  /** 06 10. */
  async totals(run: CommandRun): Promise<void> {
    await run.sayOutcome(this.work.till.totalsInformation(this.work.store.turnover()));
    return run.complete();
  }

  /** 06 51: every stored transaction goes to the host once, however often it is asked for. With none stored there is nothing to ask the host. */
  async sendStored(run: CommandRun): Promise<void> {
    const { store } = this.work;
    if (store.unsent.length === 0) return run.complete();
    await run.show(SHOWN.sendingStored);
    await run.reach('afterIntermediate');
    const resultCode = await this.hostAnswer(run);
    if (resultCode !== RESULT.ready) return run.abort(resultCode);
    await run.reach('beforeBooking');
    store.markSent();
    await run.reach('afterBooking');
    return run.complete();
  }

  /** 06 20: the last booked transaction; with a service byte only its outcome, without also its receipt. */
  async repeat(run: CommandRun, { serviceByte }: Extract<Command, { kind: 'repeatReceipt' }>): Promise<void> {
    const { store, till } = this.work;
    const { last } = store;
    if (!last) return run.abort(RESULT.notPossible, true);
    await run.sayOutcome(till.transactionInformation(last));
    if (serviceByte === null) await till.printPayment(run, last, ['merchant'], true);
    return run.complete();
  }

  /** 06 12: the receipts of the open batch from one receipt number to another, or one alone. */
  async reprint(run: CommandRun, { from, to }: Extract<Command, { kind: 'reprintReceipts' }>): Promise<void> {
    const { store, till } = this.work;
    const wanted = store.batch.transactions.filter(({ receiptNo }) => receiptNo >= from && receiptNo <= (to ?? from));
    if (wanted.length === 0) return run.abort(RESULT.notPossible, true);
    for (const transaction of wanted) await till.printPayment(run, transaction, ['merchant'], true);
    return run.complete();
  }

  private async hostAnswer(run: CommandRun): Promise<number> {
    await run.pause(this.pace.random.integer(...this.pace.hostMs));
    return this.work.host.connect();
  }
}
