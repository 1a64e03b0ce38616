import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Mutation, Parent, Query, ResolveField, Resolver, Subscription } from '@nestjs/graphql';
import { type CommandRow, commandsOfTerminal, countCommandsOfTerminal } from '../commands/index.js';
import { ChangeFeed, UnitOfWork } from '../database/index.js';
import {
  Access,
  CloseProofType as CloseProof,
  type CloseProofType,
  CONNECTIONS,
  type Connection,
  CurrentViewer,
  fieldViewer,
  isRefusal,
  liveItems,
  ObservedTrafficType,
  PeripheralType,
  type PersonActor,
  pageOf,
  pageRequest,
  type RefusalValue,
  type RequestContext,
  RunTerminalActionInput,
  RunTerminalActionResult,
  TerminalActionOptionType,
  type TerminalCommandType,
  TerminalDeviceType,
  TerminalDialogueType,
  TerminalEventKind,
  type TerminalEventType,
  TerminalType,
  UNCOUNTED_CONNECTIONS,
  type Viewer,
  ViewerActor,
} from '../graphql/index.js';
import { terminalHistory } from './history.service.js';
import { TerminalActions } from './terminal-actions.service.js';
import { FleetViews, type TerminalParent } from './views.service.js';

/** A terminal's page: what it is, what happened to it, what it can be asked for. */
@Resolver(() => TerminalType)
export class TerminalResolver {
  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(FleetViews) private readonly views: FleetViews,
    @Inject(TerminalActions) private readonly actionService: TerminalActions,
    @Inject(ChangeFeed) private readonly feed: ChangeFeed,
  ) {}

  @Access('hq', 'manager', 'cashier', 'auditor')
  @Query(() => TerminalType, {
    name: 'terminal',
    nullable: true,
    description: 'Terminals are named within their store; without storeId, the first of that id the viewer sees.',
  })
  async terminal(
    @ViewerActor() actor: PersonActor,
    @Args('id', { type: () => ID }) id: string,
    @Args('storeId', { type: () => ID, nullable: true }) storeId: string | null,
  ): Promise<TerminalType | null> {
    return await this.#read(actor, id, storeId ?? null);
  }

  /** Orders an action; its fate is followed in `commands`. */
  @Access('hq', 'manager')
  @Mutation(() => RunTerminalActionResult, {
    name: 'runTerminalAction',
    description: 'Orders an action on one terminal. While its gateway is offline the order waits, until it expires.',
  })
  async runTerminalAction(
    @ViewerActor() actor: PersonActor,
    @Args('input', { type: () => RunTerminalActionInput }) input: RunTerminalActionInput,
  ): Promise<TerminalCommandType | RefusalValue> {
    const { storeId, terminalId, action, reason, idempotencyKey: key } = input;
    const order = { storeId, terminalId, action, reason, key, text: input.text ?? null, depth: input.depth ?? null };
    const result = await this.work.run(actor, (ctx) => this.actionService.order(ctx, order));
    return isRefusal(result) ? result : commandType(result);
  }

  /** One terminal, whenever something in its store changed; merged, a few rounds a second at most. */
  @Access('hq', 'manager', 'auditor')
  @Subscription(() => TerminalType, {
    name: 'terminalChanged',
    description: 'This terminal, whenever something of its store changed. Coalesced, at most a few a second.',
  })
  terminalChanged(
    @CurrentViewer() viewer: Viewer,
    @Args('storeId', { type: () => ID }) storeId: string,
    @Args('id', { type: () => ID }) id: string,
  ): AsyncIterableIterator<{ terminalChanged: TerminalType }> {
    return liveItems(this.feed, viewer, async (change, actor) => {
      if (!change.all && !change.stores.includes(storeId)) return [];
      const terminal = await this.#read(actor, id, storeId);
      return terminal === null ? [] : [{ terminalChanged: terminal }];
    });
  }

  @ResolveField('closeProof', () => CloseProof, { nullable: true })
  closeProof(@Parent() terminal: TerminalType, @Context() context: RequestContext): Promise<CloseProofType | null> {
    return this.views.closeProof(context, terminal);
  }

  @ResolveField('peripherals', () => [PeripheralType], { description: 'Those somebody reports on.' })
  peripherals(@Parent() terminal: TerminalParent, @Context() context: RequestContext): Promise<PeripheralType[]> {
    return this.views.peripherals(context, terminal);
  }

  @ResolveField('device', () => TerminalDeviceType, {
    nullable: true,
    description: 'What it told about itself; null before it told anything.',
  })
  device(@Parent() terminal: TerminalParent, @Context() context: RequestContext): Promise<TerminalDeviceType | null> {
    return this.views.device(context, terminal);
  }

  @ResolveField('observedTraffic', () => ObservedTrafficType, { nullable: true, description: 'Of terminals that are only watched.' })
  observedTraffic(@Parent() terminal: TerminalType, @Context() context: RequestContext): Promise<ObservedTrafficType | null> {
    fieldViewer(context, 'Terminal.observedTraffic');
    return this.views.traffic(context, terminal);
  }

  @ResolveField('dialogue', () => TerminalDialogueType, { nullable: true })
  dialogue(@Parent() terminal: TerminalType, @Context() context: RequestContext): Promise<TerminalDialogueType | null> {
    fieldViewer(context, 'Terminal.dialogue');
    return this.views.dialogue(context, terminal);
  }

  @ResolveField('actions', () => [TerminalActionOptionType], { description: 'Every action, and whether the viewer may order it here now.' })
  actions(@Parent() terminal: TerminalParent, @Context() context: RequestContext): Promise<TerminalActionOptionType[]> {
    return this.views.actions(context, terminal);
  }

  /** Ordered actions, newest first. */
  @ResolveField('commands', () => CONNECTIONS.terminalCommands.type)
  async commands(
    @Parent() { storeId, id }: TerminalType,
    @Context() context: RequestContext,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<TerminalCommandType>> {
    const actor = fieldViewer(context, 'Terminal.commands');
    const page = pageRequest(first, after, ['instant', 'uuid']);
    const start = page.after && { at: new Date(page.after[0] as string), id: page.after[1] as string };
    const rows = await this.work.run(actor, (ctx) => commandsOfTerminal(ctx, storeId, id, { limit: page.limit, after: start }));
    return pageOf(
      page,
      rows,
      (row) => [row.createdAt.toISOString(), row.id],
      commandType,
      () => this.work.run(actor, (ctx) => countCommandsOfTerminal(ctx, storeId, id)),
    );
  }

  @ResolveField('history', () => UNCOUNTED_CONNECTIONS.terminalEvents, {
    description:
      'Its journal entries, newest first. A page looks through so many entries at most: it may be short, or empty, and still have a next one.',
  })
  async history(
    @Parent() { storeId, id: terminalId, gatewayId }: TerminalParent,
    @Context() context: RequestContext,
    // Not nullable: the price of a request is known by it.
    @Args('first', { type: () => Int }) first: number,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
    @Args('kinds', { type: () => [TerminalEventKind], nullable: true }) kinds: TerminalEventKind[] | null,
  ): Promise<Connection<TerminalEventType>> {
    const actor = fieldViewer(context, 'Terminal.history');
    const page = pageRequest(first, after, ['string', 'number', 'number']);
    return await this.work.run(actor, (ctx) => terminalHistory(ctx, { storeId, terminalId, gatewayId }, kinds ?? null, page));
  }

  async #read(actor: PersonActor, id: string, storeId: string | null): Promise<TerminalType | null> {
    const which = { terminalIds: [id], ...(storeId === null ? {} : { storeIds: [storeId] }) };
    return (await this.work.run(actor, (ctx) => this.views.readTerminals(ctx, which)))[0] ?? null;
  }
}

function commandType({ parameters, ...command }: CommandRow): TerminalCommandType {
  const depth = parameters?.['depth'];
  return { ...command, text: parameters?.['text'] ?? null, depth: depth === 'host' || depth === 'self' ? depth : null };
}
