import { Module } from '@nestjs/common';
import { SettlementModule } from './settlement.module.js';
import { SettlementResolver } from './settlement.resolver.js';

/** Batches and transactions in GraphQL. */
@Module({ imports: [SettlementModule], providers: [SettlementResolver] })
export class SettlementApiModule {}
