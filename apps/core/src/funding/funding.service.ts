import { Inject, Injectable } from '@nestjs/common';
import { addBankDays, addBusinessDays, localDateTimeOf } from '@tillward/calendar';
import { expectedPayout, matchFunding } from '@tillward/reconciliation';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { FleetService } from '../fleet/index.js';
import { invalidInput, type RefusalOf, refuse } from '../graphql/index.js';
import { Incidents } from '../incidents/index.js';
import { BatchLifeService } from '../settlement/index.js';
import { FileRefused, listAcquirers, type StatementFileRow } from '../statements/index.js';
import { InexactSum } from './exact.rules.js';
import { FeeChecks } from './fees.service.js';
import {
  batchesOfPayout,
  bookedEntries,
  deletePayouts,
  duePayouts,
  filesWithoutPayout,
  lockFunding,
  markPayout,
  type PayoutRow,
  type PayoutState,
  payoutsOfFiles,
  payoutsWithoutDay,
  savePayout,
  setDueDay,
  storeOfPayout,
  sumPayouts,
} from './payouts.store.js';
import { forgetReleases, keepHeld, releaseHeld } from './reserve.store.js';
import { readTerms } from './terms.rules.js';
import { currentTerms, insertTerms, listTerms, type TermsRow } from './terms.store.js';

/** Payouts and entries older than this are not matched anew. */
const OPEN_DAYS = 60;
const NO_TERMINAL = '';

/** What providers owe and what the bank got (funding.rules.ts of libs/reconciliation). The only writer of provider_terms and payout. */
@Injectable()
export class FundingService {
  constructor(
    @Inject(AuditLog) private readonly audit: AuditLog,
    @Inject(Incidents) private readonly incidents: Incidents,
    @Inject(FleetService) private readonly fleet: FleetService,
    @Inject(BatchLifeService) private readonly batches: BatchLifeService,
    @Inject(FeeChecks) private readonly feeChecks: FeeChecks,
  ) {}

  /** Adds a version of an acquirer's terms. What was due by then and didn't come is late at once. Throws InexactSum when what is owed adds up to more than is exact. */
  async saveTerms(
    ctx: WorkContext,
    acquirerId: string,
    given: { fees: unknown; funding: unknown },
  ): Promise<TermsRow | RefusalOf<'notFound' | 'invalidInput'>> {
    if (!(await listAcquirers(ctx)).some((acquirer) => acquirer.id === acquirerId)) return refuse('notFound', 'There is no such acquirer.');
    const terms = readTerms(given);
    if ('field' in terms) return invalidInput(terms.field, terms.message);
    await insertTerms(ctx, acquirerId, terms);
    const [saved] = await listTerms(ctx, acquirerId);
    await this.feeChecks.onTerms(ctx, acquirerId, terms);
    const early = await filesWithoutPayout(ctx, acquirerId, addBusinessDays(ctx.now().toISOString().slice(0, 10), -OPEN_DAYS));
    if (early.length > 0) await this.#owe(ctx, acquirerId, early);
    await this.match(ctx);
    await this.audit.append(ctx, {
      action: 'provider.terms',
      storeId: null,
      subject: `acquirer:${acquirerId}`,
      summary: `Terms ${saved!.version} of ${acquirerId} saved`,
      detail: { acquirerId, version: saved!.version, ...terms },
    });
    return saved!;
  }

  /** A file is in: what it says is owed, or what it says was paid. Throws FileRefused when with it something adds up to more than is exact. */
  async onImported(ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined): Promise<void> {
    try {
      if (file.kind === 'acquirer') await this.#owe(ctx, file.acquirerId!, replaced === undefined ? [file.id] : [file.id, replaced.id]);
    } catch (error) {
      if (!(error instanceof InexactSum)) throw error;
      throw new FileRefused({ code: 'sumTooLarge', message: `With this file ${error.message}.` });
    }
    await this.match(ctx);
  }

  /** A file counts no more, for good: nothing is owed or was paid because of it. */
  async onWithdrawn(ctx: WorkContext, file: StatementFileRow, heirs: readonly StatementFileRow[]): Promise<void> {
    if (file.kind === 'acquirer')
      await this.#owe(
        ctx,
        file.acquirerId!,
        [file, ...heirs].map(({ id }) => id),
      );
    await this.match(ctx);
  }

  /** Works out the payouts the rows of these files belong to. */
  async #owe(ctx: WorkContext, acquirerId: string, fileIds: readonly string[]): Promise<void> {
    const terms = (await currentTerms(ctx)).find((one) => one.acquirerId === acquirerId)?.funding;
    if (terms === null || terms === undefined) return;
    await lockFunding(ctx);
    const kept: string[] = [];
    const payouts = [...Map.groupBy(await sumPayouts(ctx, acquirerId, fileIds), (row) => row.payoutId)].map(([payoutId, rows]) => ({
      payoutId,
      rows,
      businessDay: rows.reduce((last, row) => (row.businessDay > last ? row.businessDay : last), ''),
    }));
    // What an earlier one of them holds back may come back with a later one.
    for (const { payoutId, rows, businessDay } of payouts.sort((a, b) => (a.businessDay < b.businessDay ? -1 : 1))) {
      const storeId = await storeOfPayout(ctx, acquirerId, payoutId);
      const due = addBankDays(terms.country, businessDay, terms.delayBankDays);
      for (const [currency, own] of Map.groupBy(rows, (row) => row.currency)) {
        const place = { acquirerId, payoutId, currency, businessDay };
        const releasedMinor = terms.reserveReleaseDays === undefined ? 0 : await releaseHeld(ctx, place, terms.reserveReleaseDays);
        const [parts] = expectedPayout(own, { ratePpm: terms.reservePpm, rounding: 'halfUp', releasedMinor });
        // Nothing but the transfer itself: nothing is owed.
        if (parts === undefined) continue;
        kept.push(payoutId + currency);
        await savePayout(ctx, {
          ...place,
          account: terms.account,
          reference: rows[0]!.reference,
          dueDay: due.known ? due.date : null,
          parts,
          netMinor: parts.netMinor,
          storeId,
          state: due.known ? 'awaited' : 'calendarUnknown',
          entryFile: null,
          entryRow: null,
          receivedMinor: 0,
          expectedMinor: 0,
          daysLate: null,
          changedAt: ctx.now(),
          toldState: null,
        });
        await keepHeld(ctx, place, releasedMinor - parts.reserveMinor);
      }
    }
    await deletePayouts(ctx, acquirerId, await payoutsOfFiles(ctx, fileIds), kept);
    await forgetReleases(ctx, acquirerId);
  }

  /** Matches what is owed with what the bank booked, n:1, and opens incidents for money that is late or short. Says the same again when nothing changed. */
  async match(ctx: WorkContext): Promise<void> {
    await lockFunding(ctx);
    const today = ctx.now().toISOString().slice(0, 10);
    const fromDay = addBusinessDays(today, -OPEN_DAYS);
    await this.#learnDueDays(ctx);
    const payouts = await duePayouts(ctx, fromDay);
    if (payouts.length === 0) return;
    const entries = await bookedEntries(ctx, [...new Set(payouts.map((payout) => payout.account))], fromDay);
    const tolerances = new Map((await currentTerms(ctx)).map((terms) => [terms.acquirerId, terms.funding?.toleranceMinor ?? 0]));
    const dates = new Map(
      (await this.fleet.stores(ctx)).map(({ id, timeZone }) => [id, localDateTimeOf(ctx.now().getTime(), timeZone).slice(0, 10)]),
    );
    const matches = matchFunding(
      payouts.map((payout) => ({
        id: idOf(payout),
        account: payout.account,
        currency: payout.currency,
        netMinor: payout.netMinor,
        dueDay: payout.dueDay!,
        // A bank day ends where the money is waited for, not in Greenwich.
        asOfDay: dates.get(payout.storeId) ?? today,
        toleranceMinor: tolerances.get(payout.acquirerId) ?? 0,
        ...(payout.reference === '' ? {} : { reference: payout.reference }),
      })),
      entries.map(({ fileId, rowNo, ...entry }) => ({ ...entry, id: `${fileId}/${rowNo}` })),
      today,
      { earlyDays: 2, lateDays: 10, toleranceMinor: 0 },
    );
    const byId = new Map(payouts.map((payout) => [idOf(payout), payout]));
    const entryById = new Map(entries.map((entry) => [`${entry.fileId}/${entry.rowNo}`, entry]));
    const found = matches.flatMap((match) => {
      const entry = match.entry === null ? undefined : entryById.get(match.entry);
      return match.payouts.map((id) => {
        const before = byId.get(id)!;
        const now: PayoutRow = {
          ...before,
          state: match.state as PayoutState,
          entryFile: entry?.fileId ?? null,
          entryRow: entry?.rowNo ?? null,
          receivedMinor: match.receivedMinor,
          expectedMinor: match.expectedMinor,
          daysLate: match.daysLate,
        };
        return { before, now, valueDay: entry?.valueDay };
      });
    });
    const lost = found.filter(({ before, now }) => before.entryFile !== null && !(isPaid(now) && entryOf(now) === entryOf(before)));
    if (lost.length > 0) await this.batches.withdrawFundings(ctx, [...new Set(lost.map(({ before }) => entryOf(before)))]);
    for (const { before, now, valueDay } of found) await this.#found(ctx, before, now, valueDay);
  }

  /** A newer calendar may know the bank days that an older one didn't: from then on the payout can be late. */
  async #learnDueDays(ctx: WorkContext): Promise<void> {
    const unknown = await payoutsWithoutDay(ctx);
    if (unknown.length === 0) return;
    const terms = new Map((await currentTerms(ctx)).map((one) => [one.acquirerId, one.funding]));
    for (const payout of unknown) {
      const funding = terms.get(payout.acquirerId);
      if (funding === null || funding === undefined) continue;
      const due = addBankDays(funding.country, payout.businessDay, funding.delayBankDays);
      if (due.known) await setDueDay(ctx, payout, due.date);
    }
  }

  async #found(ctx: WorkContext, before: PayoutRow, now: PayoutRow, valueDay: string | undefined): Promise<void> {
    const same =
      before.state === now.state &&
      before.entryFile === now.entryFile &&
      before.entryRow === now.entryRow &&
      before.receivedMinor === now.receivedMinor;
    const toldState = await this.#tell(ctx, now);
    if (!same || toldState !== before.toldState) await markPayout(ctx, { ...now, toldState });
    if (valueDay !== undefined && isPaid(now)) {
      const paid = await batchesOfPayout(ctx, now);
      const bankReference = entryOf(now);
      await this.batches.fundBatches(
        ctx,
        paid.map(({ amountMinor, ...key }) => ({
          key,
          funding: { bankReference, amountMinor, currency: now.currency, creditedOn: valueDay },
        })),
      );
    }
  }

  /** Opens the incident of a payout that is late or short, once for each of the two. Returns the state it was opened for; where another payout's still stands, it is opened when that one has ended. */
  async #tell(ctx: WorkContext, payout: PayoutRow): Promise<PayoutRow['toldState']> {
    const { state, toldState } = payout;
    if (state !== 'overdue' && state !== 'short') return null;
    return toldState === state || (await this.#incident(ctx, payout)) ? state : toldState;
  }

  /** An incident belongs to a store: the one most of the money is of. */
  async #incident(ctx: WorkContext, payout: PayoutRow): Promise<boolean> {
    const [store] = await this.fleet.stores(ctx, [payout.storeId]);
    if (store === undefined) return false;
    const isShort = payout.state === 'short';
    const missingMinor = isShort ? payout.expectedMinor - payout.receivedMinor : payout.netMinor;
    const opened = await this.incidents.open(ctx, {
      kind: isShort ? 'fundingShort' : 'fundingLate',
      storeId: store.id,
      terminalId: NO_TERMINAL,
      gatewayId: store.gatewayId,
      businessDay: payout.businessDay,
      cause: isShort ? 'paidLess' : 'notPaid',
      detail: `${payout.acquirerId}, ${payout.payoutId}, due ${payout.dueDay}`,
      batchNo: null,
      amount: { amountMinor: missingMinor, currency: payout.currency },
      source: null,
    });
    return opened !== undefined;
  }
}

function isPaid({ state }: PayoutRow): boolean {
  return state === 'funded' || state === 'late';
}

function entryOf({ entryFile, entryRow }: PayoutRow): string {
  return `${entryFile}/${entryRow}`;
}

function idOf(payout: Pick<PayoutRow, 'acquirerId' | 'payoutId' | 'currency'>): string {
  return JSON.stringify([payout.acquirerId, payout.payoutId, payout.currency]);
}
