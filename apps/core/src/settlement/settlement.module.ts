import { Inject, Module, type OnModuleInit } from '@nestjs/common';
import { IngestModule, IngestService } from '../ingest/index.js';
import { settlementProjection } from './settlement.projection.js';
import { SettlementService } from './settlement.service.js';

/** Batches and card transactions. */
@Module({ imports: [IngestModule], providers: [SettlementService], exports: [SettlementService] })
export class SettlementModule implements OnModuleInit {
  constructor(@Inject(IngestService) private readonly ingest: IngestService) {}

  onModuleInit(): void {
    this.ingest.project(settlementProjection);
  }
}
