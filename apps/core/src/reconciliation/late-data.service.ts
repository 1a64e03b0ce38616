import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { JournalKind } from '@tillward/contracts';
import { systemActor, UnitOfWork, type WorkContext } from '../database/index.js';
import { type CommittedEntry, JournalSubscriptions } from '../ingest/index.js';
import type { BatchKey } from '../settlement/index.js';
import { daysOfLateBatches } from './late-data.store.js';
import { Reconciliation } from './reconciliation.service.js';

const SYSTEM = systemActor('reconciliation');

/**
 * What changes a batch that may have been matched already: it was settled, or people answered for it, or a payment of it turned out to have been booked. All of a batch's sales come before its
 * settlement, also from a gateway that was away for a week, so that nothing else has to be listened to.
 */
const KINDS = [
  'SettlementCompleted',
  'SettlementResolved',
  'SettlementUnbalanced',
  'UnbalancedAccepted',
  'PaymentResolved',
  'RepaymentResolved',
] as const satisfies readonly JournalKind[];

/** L1: what comes after its days were matched has them matched again, at its store only. A run says the same however often it is made, so asking twice does no harm. */
@Injectable()
export class LateData implements OnModuleInit {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(JournalSubscriptions) private readonly journal: JournalSubscriptions,
    @Inject(Reconciliation) private readonly reconciliation: Reconciliation,
  ) {}

  onModuleInit(): void {
    this.journal.onJournalRange(KINDS, (entries) => this.work.run(SYSTEM, (ctx) => this.#onEntries(ctx, entries)));
  }

  async #onEntries(ctx: WorkContext, entries: readonly CommittedEntry[]): Promise<void> {
    const batches = new Map<string, BatchKey>();
    for (const { store, terminal, payload } of entries) {
      const { batchNo } = payload as { batchNo: number };
      if (terminal !== null) batches.set(`${terminal}/${batchNo}`, { storeId: store, terminalId: terminal, batchNo });
    }
    const names = [...batches.values()].map(({ terminalId, batchNo }) => `${terminalId} batch ${batchNo}`).join(', ');
    for (const { acquirerId, fromDay, toDay, storeId } of await daysOfLateBatches(ctx, [...batches.values()]))
      await this.reconciliation.requestForStore(ctx, acquirerId, { storeId, fromDay, toDay }, `late data of ${storeId}: ${names}`);
  }
}
