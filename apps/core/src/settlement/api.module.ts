import { Module } from '@nestjs/common';
import { SettlementBoardResolver } from './board.resolver.js';
import { FundsResolver } from './funds.resolver.js';
import { SettlementRequestsResolver } from './requests.resolver.js';
import { SettlementModule } from './settlement.module.js';
import { SettlementResolver } from './settlement.resolver.js';

/** Every resolver of this module. */
export const SETTLEMENT_RESOLVERS = [SettlementResolver, SettlementBoardResolver, SettlementRequestsResolver, FundsResolver];

/** Batches, transactions, requests and funds at risk in GraphQL. */
@Module({ imports: [SettlementModule], providers: SETTLEMENT_RESOLVERS })
export class SettlementApiModule {}
