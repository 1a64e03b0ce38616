import { Inject, Injectable } from '@nestjs/common';
import { type CurrentWindow, currentWindow } from '@tillward/calendar';
import type { CommandAction, DeviceFacts } from '@tillward/contracts';
import { type Settings, tradingHours } from '@tillward/policy';
import { runningActions } from '../commands/index.js';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  type CloseProofType,
  type ClosingType,
  type GatewayType,
  type MoneyType,
  type ObservedTrafficType,
  type PeripheralType,
  type PersonType,
  type RequestContext,
  requestLoader,
  type StoreType,
  type TerminalActionOptionType,
  type TerminalDeviceType,
  type TerminalDialogueType,
  type TerminalType,
  Unauthenticated,
} from '../graphql/index.js';
import { findPeople, storesOfPeople } from '../identity/index.js';
import { CLOCK, type Clock } from '../platform.js';
import { Policy } from '../policy/index.js';
import { type FundsAtRisk, SettlementService } from '../settlement/index.js';
import { type DescribedDevice, type JournaledPeripheral, shownDevice, shownPeripherals } from './device.rules.js';
import { DevicesService, type DialogueView, type TrafficView, terminalKey } from './devices.service.js';
import { type CloseProofView, type ClosingView, FleetService, type TerminalChoice, type TerminalView } from './fleet.service.js';
import { actionOptions } from './terminal-actions.rules.js';

/** A terminal as its fields are resolved from: with what decides them beside what is shown. */
export interface TerminalParent extends TerminalType {
  gatewayId: string;
  gatewayOnline: boolean;
  powerKind: string;
  sampled: DeviceFacts | null;
  sampleHead: number;
  clockSeenAt: Date | null;
  epoch: number;
}

type Batch<V> = (ctx: WorkContext, ids: readonly string[]) => Promise<ReadonlyMap<string, V>>;

/** What the GraphQL fields of stores and terminals show; one query per field and request, whatever the number of stores. */
@Injectable()
export class FleetViews {
  readonly #batches: {
    stores: Batch<StoreType>;
    settings: Batch<Settings>;
    gateways: Batch<GatewayType>;
    terminals: Batch<TerminalType[]>;
    funds: Batch<FundsAtRisk[]>;
    closings: Batch<ClosingView>;
    proofs: Batch<ReadonlyMap<string, CloseProofView>>;
    people: Batch<string[]>;
    peripherals: Batch<ReadonlyMap<string, JournaledPeripheral[]>>;
    devices: Batch<ReadonlyMap<string, DescribedDevice>>;
    dialogues: Batch<ReadonlyMap<string, DialogueView>>;
    traffic: Batch<ReadonlyMap<string, TrafficView>>;
    running: Batch<ReadonlyMap<string, CommandAction[]>>;
  };

  constructor(
    @Inject(UnitOfWork) private readonly work: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(DevicesService) devices: DevicesService,
    @Inject(SettlementService) settlement: SettlementService,
    @Inject(Policy) policy: Policy,
  ) {
    this.#batches = {
      stores: async (ctx, ids) => new Map((await fleet.stores(ctx, ids)).map((store) => [store.id, store])),
      settings: (ctx, ids) => policy.settingsOf(ctx, ids),
      gateways: async (ctx, ids) =>
        new Map(
          (await fleet.gateways(ctx, ids)).map((gateway) => [gateway.storeId, { ...gateway, policyRefused: [...gateway.policyRefused] }]),
        ),
      terminals: async (ctx, ids) => Map.groupBy(await this.readTerminals(ctx, { storeIds: ids }), (terminal) => terminal.storeId),
      funds: (ctx, ids) => settlement.fundsAtRisk(ctx, ids),
      closings: (ctx, ids) => fleet.newestClosings(ctx, ids),
      proofs: async (ctx, ids) => {
        const proofs = [...(await fleet.newestCloseProofs(ctx, ids)).values()];
        const byStore = Map.groupBy(proofs, (proof) => proof.storeId);
        return new Map([...byStore].map(([store, own]) => [store, new Map(own.map((proof) => [proof.terminalId, proof]))]));
      },
      people: (ctx, ids) => storesOfPeople(ctx, ids),
      peripherals: async (ctx, ids) => byStore(await devices.peripherals(ctx, ids)),
      devices: async (ctx, ids) => byStore(await devices.described(ctx, ids)),
      dialogues: async (ctx, ids) => byStore(await devices.dialogues(ctx, ids)),
      traffic: async (ctx, ids) => byStore(await devices.traffic(ctx, ids)),
      running: async (ctx, ids) => {
        const running = Map.groupBy(await runningActions(ctx, ids), ({ storeId, terminalId }) => terminalKey(storeId, terminalId));
        return byStore(new Map([...running].map(([key, commands]) => [key, commands.map(({ action }) => action)])));
      },
    };
  }

  /** Terminals with the names of the operators signed on, as far as the actor sees both. */
  async readTerminals(ctx: WorkContext, which: TerminalChoice): Promise<TerminalParent[]> {
    const terminals = await this.fleet.terminals(ctx, which);
    const operators = [...new Set(terminals.flatMap((terminal) => terminal.operatorId ?? []))];
    const names = new Map(operators.length === 0 ? [] : (await findPeople(ctx, operators)).map((person) => [person.id, person.name]));
    return terminals.map((terminal) => terminalType(terminal, names));
  }

  store(context: RequestContext, id: string): Promise<StoreType | null> {
    return this.#load(context, this.#batches.stores, id);
  }

  gateway(context: RequestContext, storeId: string): Promise<GatewayType | null> {
    return this.#load(context, this.#batches.gateways, storeId);
  }

  async terminalsOf(context: RequestContext, storeId: string): Promise<TerminalType[]> {
    return (await this.#load(context, this.#batches.terminals, storeId)) ?? [];
  }

  /** The store's trading window now, by its effective policy. */
  async window(context: RequestContext, store: StoreType): Promise<CurrentWindow> {
    const settings = (await this.#load(context, this.#batches.settings, store.id))!;
    return currentWindow(this.clock.now().getTime(), store.timeZone, tradingHours(settings));
  }

  /** What is unsettled in the store's own currency. */
  async fundsAtRisk(context: RequestContext, { id, currency }: StoreType): Promise<MoneyType> {
    const funds = (await this.#load(context, this.#batches.funds, id)) ?? [];
    return { amountMinor: funds.find((fund) => fund.currency === currency)?.amountMinor ?? 0, currency };
  }

  /** The newest closing when it is of the current business day. */
  async closing(context: RequestContext, store: StoreType): Promise<ClosingType | null> {
    const closing = await this.#load(context, this.#batches.closings, store.id);
    if (closing === null || closing.businessDay !== (await this.window(context, store)).businessDay) return null;
    const { proven, blocked, running } = closing;
    return { ...closing, proven: proven.length, blocked: blocked.length, running: running.length };
  }

  async closeProof(context: RequestContext, terminal: TerminalType): Promise<CloseProofType | null> {
    const proof = (await this.#load(context, this.#batches.proofs, terminal.storeId))?.get(terminal.id);
    if (proof === undefined) return null;
    const { totalMinor, totalCurrency } = proof;
    const totals = totalMinor === null || totalCurrency === null ? null : { amountMinor: totalMinor, currency: totalCurrency };
    return { ...proof, totals, count: proof.totalCount, steps: [...proof.steps] };
  }

  async peripherals(context: RequestContext, terminal: TerminalParent): Promise<PeripheralType[]> {
    const journaled = await this.#ofTerminal(context, this.#batches.peripherals, terminal);
    const { sampled, sampleHead: journalHead, epoch, gatewayOnline } = terminal;
    return shownPeripherals(gatewayOnline, journaled ?? [], { states: sampled?.peripherals ?? {}, journalHead, epoch });
  }

  async device(context: RequestContext, terminal: TerminalParent): Promise<TerminalDeviceType | null> {
    const described = await this.#ofTerminal(context, this.#batches.devices, terminal);
    const { timeZone } = (await this.store(context, terminal.storeId))!;
    return shownDevice(described, terminal.sampled ?? undefined, terminal.clockSeenAt, timeZone);
  }

  async dialogue(context: RequestContext, terminal: TerminalType): Promise<TerminalDialogueType | null> {
    const dialogue = await this.#ofTerminal(context, this.#batches.dialogues, terminal);
    if (dialogue === undefined) return null;
    return { ...dialogue, frames: dialogue.frames.map((frame) => ({ ...frame, at: new Date(frame.at) })) };
  }

  async traffic(context: RequestContext, terminal: TerminalType): Promise<ObservedTrafficType | null> {
    return (await this.#ofTerminal(context, this.#batches.traffic, terminal)) ?? null;
  }

  async actions(context: RequestContext, terminal: TerminalParent): Promise<TerminalActionOptionType[]> {
    const running = await this.#ofTerminal(context, this.#batches.running, terminal);
    return actionOptions(actorOf(context).role, terminal, new Set(running ?? []));
  }

  async storesOfPerson(context: RequestContext, person: PersonType): Promise<StoreType[]> {
    const all = person.role === 'hq' || person.role === 'auditor';
    if (all) return await this.work.run(actorOf(context), (ctx) => this.fleet.stores(ctx));
    const ids = (await this.#load(context, this.#batches.people, person.id)) ?? [];
    const stores = await Promise.all(ids.map((id) => this.store(context, id)));
    return stores.filter((store) => store !== null);
  }

  async #ofTerminal<V>(
    context: RequestContext,
    batch: Batch<ReadonlyMap<string, V>>,
    { storeId, id }: TerminalType,
  ): Promise<V | undefined> {
    return (await this.#load(context, batch, storeId))?.get(id);
  }

  #load<V>(context: RequestContext, batch: Batch<V>, id: string): Promise<V | null> {
    const actor = actorOf(context);
    return requestLoader(context, batch, (ids) => this.work.run(actor, (ctx) => batch(ctx, ids))).load(id);
  }
}

function actorOf(context: RequestContext) {
  if (context.viewer === undefined) throw new Unauthenticated();
  return context.viewer.actor;
}

/** Store → terminal → value, out of values by terminal key. */
function byStore<V>(values: ReadonlyMap<string, V>): Map<string, Map<string, V>> {
  const stores = new Map<string, Map<string, V>>();
  for (const [key, value] of values) {
    const at = key.indexOf('/');
    const storeId = key.slice(0, at);
    const terminals = stores.get(storeId) ?? new Map<string, V>();
    stores.set(storeId, terminals.set(key.slice(at + 1), value));
  }
  return stores;
}

function terminalType(terminal: TerminalView, names: ReadonlyMap<string, string>): TerminalParent {
  const { operatorId, unsettledMinor, currency, ...rest } = terminal;
  return {
    ...rest,
    operatorName: operatorId === null ? null : (names.get(operatorId) ?? operatorId),
    unsettled: { amountMinor: unsettledMinor, currency },
  };
}
