import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { AuditModule } from '../audit/index.js';
import { CARD_TAGS, type CardTags } from '../card-tags.js';
import { CommandsModule } from '../commands/index.js';
import { systemActor, UnitOfWork } from '../database/index.js';
import { IngestModule, IngestService, JournalSubscriptions } from '../ingest/index.js';
import { PolicyModule } from '../policy/index.js';
import { BatchLifeService } from './batch-life.service.js';
import { BatchEvidence } from './evidence.service.js';
import { FundsService } from './funds.service.js';
import { KnownOutcomes } from './known-outcomes.service.js';
import { SettlementRequests } from './requests.service.js';
import { settlementProjection } from './settlement.projection.js';
import { SettlementService } from './settlement.service.js';

const SYSTEM = systemActor('settlement');
const SERVICES = [SettlementService, BatchLifeService, BatchEvidence, FundsService, KnownOutcomes, SettlementRequests];

/** Batches and card transactions. */
@Module({ imports: [IngestModule, AuditModule, CommandsModule, PolicyModule], providers: SERVICES, exports: SERVICES })
export class SettlementModule implements OnModuleInit {
  constructor(
    @Inject(IngestService) private readonly ingest: IngestService,
    @Inject(JournalSubscriptions) private readonly journal: JournalSubscriptions,
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(BatchEvidence) private readonly evidence: BatchEvidence,
    @Inject(KnownOutcomes) private readonly outcomes: KnownOutcomes,
    @Inject(CARD_TAGS) private readonly tags: CardTags,
  ) {}

  onModuleInit(): void {
    this.ingest.project(settlementProjection((text) => this.tags.orStars(text)));
    this.journal.onJournal(['SettlementUnbalanced'], (entry) => this.work.run(SYSTEM, (ctx) => this.evidence.freeze(ctx, entry)));
    this.journal.onJournal(['PaymentInDoubt', 'RepaymentInDoubt'], (entry) =>
      this.work.run(SYSTEM, (ctx) => this.outcomes.answer(ctx, entry)),
    );
  }
}
