import { Module } from '@nestjs/common';
import { CommandsModule } from '../commands/index.js';
import { IdentityModule } from '../identity/index.js';
import { PolicyModule } from '../policy/index.js';
import { SettlementModule } from '../settlement/index.js';
import { FleetModule } from './fleet.module.js';
import { FleetResolver, IncidentPlaceResolver, PersonStoresResolver, PolicyStatusResolver } from './fleet.resolver.js';
import { TerminalResolver } from './terminal.resolver.js';
import { TerminalActions } from './terminal-actions.service.js';
import { FleetViews } from './views.service.js';

/** Resolvers that read the fleet; every one of them is also in the list the schema is printed from. */
export const FLEET_RESOLVERS = [FleetResolver, TerminalResolver, PersonStoresResolver, IncidentPlaceResolver, PolicyStatusResolver];

/** The fleet in GraphQL. */
@Module({
  imports: [FleetModule, CommandsModule, IdentityModule, PolicyModule, SettlementModule],
  providers: [FleetViews, TerminalActions, ...FLEET_RESOLVERS],
})
export class FleetApiModule {}
