import { Inject, Injectable } from '@nestjs/common';
import { businessDayAt, windowOfBusinessDay } from '@tillward/calendar';
import type { JournalPayload } from '@tillward/contracts';
import { type Settings, tradingHours } from '@tillward/policy';
import type { WorkContext } from '../database/index.js';
import { type CloseProofView, FleetService, type StoreView, type TerminalView } from '../fleet/index.js';
import type { CommittedEntry, JournalTrouble } from '../ingest/index.js';
import { Policy } from '../policy/index.js';
import { type BatchView, SettlementService } from '../settlement/index.js';
import { isLeftOn, isSettlementMissed, kindOfBlockedClose, opensBeside } from './detector.rules.js';
import { type IncidentCause, Incidents } from './incidents.service.js';
import { findIncidents, insertEvent, kindsOf, sourceIsKnown } from './incidents.store.js';
import { lastNight } from './night.rules.js';
import { IncidentProgress } from './progress.service.js';

/** Causes that are no step failure: nobody tried, or nobody knows why. */
const NOT_SETTLED = 'notSettled';
const LEFT_ON = 'stillOn';
/** What is wrong with a gateway's journal, as causes. */
const JOURNAL_CAUSES = { diverged: 'oldCopy', cloned: 'twoMachines', quarantined: 'unreadable' } as const;
/** An incident about a gateway is about no terminal. */
const NO_TERMINAL = '';

/** Turns what is known into incidents. Reads projections; opens through {@link Incidents}. */
@Injectable()
export class Detection {
  constructor(
    @Inject(Incidents) private readonly incidents: Incidents,
    @Inject(IncidentProgress) readonly progress: IncidentProgress,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(SettlementService) private readonly settlement: SettlementService,
    @Inject(Policy) private readonly policy: Policy,
  ) {}

  /** D1, D2: everything that is wrong right now, whether or not there is an incident for it. */
  async find(ctx: WorkContext): Promise<IncidentCause[]> {
    const stores = await this.fleet.stores(ctx);
    const ids = stores.map((store) => store.id);
    const settings = await this.policy.settingsOf(ctx, ids);
    const terminals = await this.fleet.terminals(ctx);
    const proofs = await this.fleet.newestCloseProofs(ctx, ids);
    const unsettled = await this.settlement.unsettled(ctx);
    const nowMs = ctx.now().getTime();
    return stores.flatMap((store) => {
      const policy = settings.get(store.id)!;
      const own = terminals.filter((terminal) => terminal.storeId === store.id);
      const left = leftOn(nowMs, store, policy, own, proofs);
      return [
        ...left,
        ...missed(
          nowMs,
          store,
          policy,
          own,
          unsettled.filter((batch) => batch.storeId === store.id),
        ),
      ];
    });
  }

  /** D4, D5: opens what {@link find} found unless there is, or was, an incident that covers it. A resolved one was dealt with: it isn't opened again. */
  async openOnce(ctx: WorkContext, cause: IncidentCause): Promise<void> {
    const known = await kindsOf(ctx, cause.storeId, cause.terminalId, cause.businessDay);
    const covering = known.filter(
      (incident) => incident.state !== 'resolved' || incident.kind === cause.kind || cause.kind === 'terminalLeftOn',
    );
    if (
      !opensBeside(
        cause.kind,
        covering.map((incident) => incident.kind),
      )
    )
      return;
    await this.#open(ctx, cause);
  }

  /** D3: a close that stopped opens an incident, or is told in the history of the one there is. Hearing of it twice does nothing more. */
  async onCloseBlocked(ctx: WorkContext, entry: CommittedEntry): Promise<void> {
    const { store, gateway, epoch, seq, terminal } = entry;
    const payload = entry.payload as JournalPayload<'CloseBlocked'>;
    if (terminal === null) return;
    const source = `entry:${gateway}:${epoch}:${seq}`;
    if (await sourceIsKnown(ctx, store, source)) return;
    const kind = kindOfBlockedClose(payload.step);
    const unresolved = (await kindsOf(ctx, store, terminal, payload.businessDay)).filter((incident) => incident.state !== 'resolved');
    const detail = [`step ${payload.step}`, payload.detail].filter((part) => part !== '').join(', ');
    if (
      opensBeside(
        kind,
        unresolved.map((incident) => incident.kind),
      )
    ) {
      const batches = (await this.settlement.unsettled(ctx, [store])).filter((batch) => batch.terminalId === terminal);
      await this.#open(ctx, {
        kind,
        storeId: store,
        terminalId: terminal,
        gatewayId: gateway,
        businessDay: payload.businessDay,
        cause: payload.code,
        detail,
        batchNo: batches[0]?.batchNo ?? null,
        amount: total(batches),
        source: { epoch, seq },
      });
      return;
    }
    const [incident] = await findIncidents(ctx, [(unresolved.find((known) => known.kind === kind) ?? unresolved[0]!).id]);
    await insertEvent(ctx, incident!, 'closeBlocked', `${payload.code}: ${detail}`, source);
    ctx.changed({ incidents: [incident!.id] });
  }

  /** D6: trouble with a gateway's journal opens an incident of the store, or is told in the history of the one there is. Hearing of it twice does nothing more. */
  async onJournalTrouble(ctx: WorkContext, { store, gateway, trouble, epoch, seq, reason }: JournalTrouble): Promise<void> {
    const source = `journal:${gateway}:${trouble}:${epoch}:${seq}`;
    if (await sourceIsKnown(ctx, store, source)) return;
    const [view] = (await this.fleet.stores(ctx)).filter(({ id }) => id === store);
    if (view === undefined) return;
    const policy = (await this.policy.settingsOf(ctx, [store])).get(store)!;
    const kind = trouble === 'quarantined' ? 'journalQuarantined' : 'journalForked';
    const businessDay = businessDayAt(ctx.now().getTime(), view.timeZone, tradingHours(policy));
    const cause = JOURNAL_CAUSES[trouble];
    const detail = `epoch ${epoch}, entry ${seq}${reason === '' ? '' : `, ${reason}`}`;
    const known = (await kindsOf(ctx, store, NO_TERMINAL, businessDay)).find(
      (incident) => incident.kind === kind && incident.state !== 'resolved',
    );
    const opened =
      known?.id ??
      (await this.incidents.open(ctx, {
        kind,
        storeId: store,
        terminalId: NO_TERMINAL,
        gatewayId: gateway,
        businessDay,
        cause,
        detail,
        batchNo: null,
        amount: null,
        source: null,
      }));
    if (opened === undefined) return;
    const [incident] = await findIncidents(ctx, [opened]);
    await insertEvent(ctx, incident!, 'journalTrouble', `${cause}: ${detail}`, source);
    ctx.changed({ incidents: [opened] });
  }

  async #open(ctx: WorkContext, cause: IncidentCause): Promise<void> {
    if (cause.kind === 'settlementMissed' && cause.batchNo !== null) {
      await this.settlement.markMissed(ctx, cause.storeId, cause.terminalId, cause.batchNo);
    }
    await this.incidents.open(ctx, cause);
  }
}

function leftOn(
  nowMs: number,
  store: StoreView,
  policy: Settings,
  terminals: readonly TerminalView[],
  proofs: ReadonlyMap<string, CloseProofView>,
): IncidentCause[] {
  const night = lastNight(nowMs, store.timeZone, tradingHours(policy), policy['opening.leadMinutes']);
  if (night === undefined) return [];
  const left = terminals.filter((terminal) =>
    isLeftOn({
      nowMs,
      ...night,
      overnight: policy['power.overnight'],
      leftOnAfterMinutes: policy['closing.leftOnAfterMinutes'],
      gatewayOnline: terminal.gatewayOnline,
      power: terminal.power,
      closeProven: proofs.get(`${store.id}/${terminal.id}`)?.businessDay === night.businessDay,
      closing: terminal.activity === 'closing',
    }),
  );
  return left.map((terminal) => ({
    kind: 'terminalLeftOn',
    storeId: store.id,
    terminalId: terminal.id,
    gatewayId: terminal.gatewayId,
    businessDay: night.businessDay,
    cause: LEFT_ON,
    detail: null,
    batchNo: null,
    amount: terminal.unsettledCount > 0 ? { amountMinor: terminal.unsettledMinor, currency: terminal.currency } : null,
    source: null,
  }));
}

function missed(
  nowMs: number,
  store: StoreView,
  policy: Settings,
  terminals: readonly TerminalView[],
  batches: readonly BatchView[],
): IncidentCause[] {
  const hours = tradingHours(policy);
  return batches.flatMap((batch) => {
    const gatewayId = terminals.find((terminal) => terminal.id === batch.terminalId)?.gatewayId;
    const { closesAtMs } = windowOfBusinessDay(batch.businessDay, store.timeZone, hours);
    const facts = {
      nowMs,
      closesAtMs,
      missedAfterMinutes: policy['settlement.missedAfterMinutes'],
      state: batch.state,
      count: batch.journalCount,
    };
    if (gatewayId === undefined || !isSettlementMissed(facts)) return [];
    const cause: IncidentCause = {
      kind: 'settlementMissed',
      storeId: store.id,
      terminalId: batch.terminalId,
      gatewayId,
      businessDay: batch.businessDay,
      cause: batch.failureCode ?? NOT_SETTLED,
      detail: null,
      batchNo: batch.batchNo,
      amount: total([batch]),
      source: null,
    };
    return [cause];
  });
}

/** The unsettled amount of one terminal's batches; null when there is none. A terminal takes one currency. */
function total(batches: readonly BatchView[]): IncidentCause['amount'] {
  const [first] = batches;
  if (first === undefined) return null;
  const same = batches.filter((batch) => batch.currency === first.currency);
  return { amountMinor: same.reduce((sum, batch) => sum + batch.journalMinor, 0), currency: first.currency };
}
