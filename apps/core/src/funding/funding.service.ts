import { Inject, Injectable } from '@nestjs/common';
import { addBankDays, addBusinessDays, isBankDay, localDateTimeOf } from '@tillward/calendar';
import { entryDays, expectedPayout, isLongName, matchFunding, type PayoutParts } from '@tillward/reconciliation';
import { AuditLog } from '../audit/index.js';
import type { WorkContext } from '../database/index.js';
import { FleetService } from '../fleet/index.js';
import { invalidInput, type RefusalOf, refuse } from '../graphql/index.js';
import { Incidents } from '../incidents/index.js';
import { BatchLifeService } from '../settlement/index.js';
import { FileRefused, listAcquirers, type StatementFileRow } from '../statements/index.js';
import { exactMinor, InexactSum } from './exact.rules.js';
import { FeeChecks } from './fees.service.js';
import { batchesOfPayouts, payoutsOfFiles, storesOfPayouts, sumPayouts } from './payout-rows.store.js';
import {
  AROUND_DUE_DAY,
  bookedEntries,
  deletePayouts,
  duePayouts,
  filesWithoutPayout,
  lockFunding,
  markPayout,
  type PayoutRow,
  type PayoutState,
  payoutsByPaid,
  payoutsWithoutDay,
  reopenForBankFile,
  reopenPaidBy,
  savePayout,
  setDueDay,
} from './payouts.store.js';
import { payoutKey, type ReservePlace, releasesOf } from './reserve.rules.js';
import { changeParts, heldPayouts } from './reserve.store.js';
import { type FundingTerms, readTerms } from './terms.rules.js';
import { currentTerms, insertTerms, listTerms, type TermsRow } from './terms.store.js';

/** Payouts that were judged and were due longer ago than this are not matched anew, unless a file of the bank says something of that time. */
const OPEN_DAYS = 60;
const NO_TERMINAL = '';

/** Topic of payouts that are to be worked out anew. */
export const PAYOUTS_TOPIC = 'funding.payouts';

/** Which ones. */
export interface PayoutsStep {
  readonly acquirerId: string;
  readonly payoutIds: readonly string[];
}

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

  /** Adds a version of an acquirer's terms: as two people agreed on in a proposal, or, without one, as provisioned (P9). What was due by then and didn't come is late at once. Throws InexactSum when what is owed adds up to more than is exact. */
  async saveTerms(
    ctx: WorkContext,
    acquirerId: string,
    given: { readonly fees: unknown; readonly funding: unknown },
    proposal: { readonly id: string; readonly requestedName: string; readonly requestedBy: string; readonly digest: string } | null,
  ): Promise<TermsRow | RefusalOf<'notFound' | 'invalidInput'>> {
    if (!(await listAcquirers(ctx)).some((acquirer) => acquirer.id === acquirerId)) return refuse('notFound', 'There is no such acquirer.');
    const terms = readTerms(given);
    if ('field' in terms) return invalidInput(terms.field, terms.message);
    await insertTerms(ctx, acquirerId, terms, proposal);
    const [saved] = await listTerms(ctx, acquirerId);
    await this.feeChecks.onTerms(ctx, acquirerId, terms);
    await lockFunding(ctx);
    // What the bank paid was agreed on then; everything else is owed as agreed on now.
    const known = await payoutsByPaid(ctx, acquirerId);
    const early = await filesWithoutPayout(ctx, acquirerId, addBusinessDays(ctx.now().toISOString().slice(0, 10), -OPEN_DAYS));
    const ids = [...known.filter(({ paid }) => !paid).map(({ payoutId }) => payoutId), ...(await payoutsOfFiles(ctx, early))];
    if (ids.length > 0) await this.#owe(ctx, acquirerId, [...new Set(ids)], new Set(known.filter(({ paid }) => paid).map(payoutKey)));
    await this.match(ctx);
    await this.audit.append(ctx, {
      action: 'provider.terms',
      storeId: null,
      subject: `acquirer:${acquirerId}`,
      summary: `Terms ${saved!.version} of ${acquirerId} ${proposal === null ? 'taken from the chain file' : `as proposed by ${proposal.requestedName}`}`,
      detail: {
        acquirerId,
        version: saved!.version,
        ...terms,
        ...(proposal === null ? {} : { proposalId: proposal.id, digest: proposal.digest, requestedBy: proposal.requestedBy }),
      },
    });
    return saved!;
  }

  /** A file is in: what it says is owed, or what it says was paid. Throws FileRefused when with it something adds up to more than is exact. */
  async onImported(ctx: WorkContext, file: StatementFileRow, replaced: StatementFileRow | undefined): Promise<void> {
    try {
      const files = replaced === undefined ? [file.id] : [file.id, replaced.id];
      if (file.kind === 'acquirer') await this.#owe(ctx, file.acquirerId!, await payoutsOfFiles(ctx, files));
      else for (const id of files) await reopenForBankFile(ctx, id);
    } catch (error) {
      if (!(error instanceof InexactSum)) throw error;
      throw new FileRefused({ code: 'sumTooLarge', message: `With this file ${error.message}.` });
    }
    await this.match(ctx);
  }

  /** A file counts no more, for good: nothing is owed or was paid because of it. */
  async onWithdrawn(ctx: WorkContext, file: StatementFileRow, heirs: readonly StatementFileRow[]): Promise<void> {
    const files = [file, ...heirs].map(({ id }) => id);
    if (file.kind === 'acquirer') await this.#owe(ctx, file.acquirerId!, await payoutsOfFiles(ctx, files));
    else for (const id of files) await reopenForBankFile(ctx, id);
    await this.match(ctx);
  }

  /** Works out payouts whose keys changed with the program's version. Throws InexactSum when one of them is more than is exact. */
  async oweAnew(ctx: WorkContext, { acquirerId, payoutIds }: PayoutsStep): Promise<void> {
    await this.#owe(ctx, acquirerId, payoutIds);
    await this.match(ctx);
  }

  /** Works out these payouts as the terms in force have it, except those of `settled`, and with them what comes back of reserves with others. */
  async #owe(ctx: WorkContext, acquirerId: string, ids: readonly string[], settled: ReadonlySet<string> = new Set()): Promise<void> {
    const terms = (await currentTerms(ctx)).find((one) => one.acquirerId === acquirerId)?.funding;
    if (terms === null || terms === undefined) return;
    await lockFunding(ctx);
    const worked = (await this.#workedOut(ctx, acquirerId, terms, ids)).filter(({ place }) => !settled.has(payoutKey(place)));
    const keys = new Set(worked.map(({ place }) => payoutKey(place)));
    const gone = await deletePayouts(ctx, acquirerId, ids, [...keys, ...settled]);
    // A credit that paid what is owed no more pays nothing; what it paid besides is judged anew.
    if (gone.length > 0) {
      await this.batches.withdrawFundings(ctx, [...new Set(gone.map(entryOf))]);
      await reopenPaidBy(ctx, gone);
    }
    const others = (await heldPayouts(ctx, acquirerId)).filter((payout) => !keys.has(payoutKey(payout)));
    const releases = releasesOf([...others, ...worked.map(({ place }) => place)]);
    const releasedTo = (payout: ReservePlace) => exactMinor(String(releases.get(payoutKey(payout))));
    for (const other of others) {
      const parts = withReserve(other.parts, releasedTo(other) - other.heldMinor);
      if (parts.reserveMinor !== other.parts.reserveMinor) await changeParts(ctx, acquirerId, other, parts);
    }
    const stores = await storesOfPayouts(ctx, acquirerId, ids);
    for (const { place, parts, reference } of worked) {
      const due = addBankDays(terms.country, place.businessDay, terms.delayBankDays);
      const owed = withReserve(parts, releasedTo(place) - place.heldMinor);
      await savePayout(ctx, {
        ...place,
        acquirerId,
        account: terms.account,
        reference,
        dueDay: due.known ? due.date : null,
        parts: owed,
        netMinor: owed.netMinor,
        storeId: stores.get(payoutKey(place)) ?? '',
        state: due.known ? 'awaited' : 'calendarUnknown',
      });
    }
  }

  /** What these payouts are made of, before anything of another's reserve comes back. Nothing but the transfer itself: nothing is owed. */
  async #workedOut(
    ctx: WorkContext,
    acquirerId: string,
    { reservePpm, reserveReleaseDays }: FundingTerms,
    ids: readonly string[],
  ): Promise<{ place: ReservePlace; parts: PayoutParts; reference: string }[]> {
    return [...Map.groupBy(await sumPayouts(ctx, acquirerId, ids), (row) => row.payoutId)].flatMap(([payoutId, rows]) => {
      const businessDay = rows.reduce((last, row) => (row.businessDay > last ? row.businessDay : last), '');
      return expectedPayout(rows, { ratePpm: reservePpm, rounding: 'halfUp' }).map((parts) => {
        const heldMinor = 0 - parts.reserveMinor;
        const releaseDay = heldMinor === 0 || reserveReleaseDays === undefined ? null : addBusinessDays(businessDay, reserveReleaseDays);
        const { merchantNo, reference } = rows[0]!;
        return { place: { payoutId, merchantNo, currency: parts.currency, businessDay, heldMinor, releaseDay }, parts, reference };
      });
    });
  }

  /** Matches what is owed with what the bank booked, n:1, and opens incidents for money that is late or short. Says the same again when nothing changed. */
  async match(ctx: WorkContext): Promise<void> {
    await lockFunding(ctx);
    const today = ctx.now().toISOString().slice(0, 10);
    const fromDay = addBusinessDays(today, -OPEN_DAYS);
    await this.#learnDueDays(ctx);
    const payouts = await duePayouts(ctx, fromDay);
    if (payouts.length === 0) return;
    const terms = new Map((await currentTerms(ctx)).map((one) => [one.acquirerId, one.funding]));
    const around = daysAround(payouts, terms);
    const entries = await bookedEntries(
      ctx,
      [...new Set(payouts.map((payout) => payout.account))],
      daysOf([...around.values()]),
      {
        references: [...new Set(payouts.map(({ reference }) => reference).filter(isLongName))],
        sinceDay: payouts.reduce((first, { businessDay }) => (businessDay < first ? businessDay : first), today),
      },
      fromDay,
    );
    const dates = new Map(
      (await this.fleet.stores(ctx)).map(({ id, timeZone }) => [id, localDateTimeOf(ctx.now().getTime(), timeZone).slice(0, 10)]),
    );
    const matches = matchFunding(
      payouts.map((payout) => ({
        id: idOf(payout),
        payer: payout.acquirerId,
        merchant: payout.merchantNo,
        account: payout.account,
        currency: payout.currency,
        netMinor: payout.netMinor,
        dueDay: payout.dueDay!,
        ...around.get(placeOf(payout))!,
        // A bank day ends where the money is waited for, not in Greenwich.
        asOfDay: dates.get(payout.storeId) ?? today,
        toleranceMinor: terms.get(payout.acquirerId)?.toleranceMinor ?? 0,
        ...(payout.reference === '' ? {} : { reference: payout.reference }),
      })),
      entries.map(({ fileId, rowNo, ...entry }) => ({ ...entry, id: `${fileId}/${rowNo}` })),
      today,
    );
    const byId = new Map(payouts.map((payout) => [idOf(payout), payout]));
    const entryById = new Map(entries.map((entry) => [`${entry.fileId}/${entry.rowNo}`, entry]));
    const found = matches.flatMap((match) => {
      const entry = match.entry === null ? undefined : entryById.get(match.entry);
      const stores = new Set<string>();
      return match.payouts.map((id) => {
        const before = byId.get(id)!;
        const now: PayoutRow = {
          ...before,
          state: match.state as PayoutState,
          entryFile: entry?.fileId ?? null,
          entryRow: entry?.rowNo ?? null,
          earlierEntries: match.earlier.map((id) => entryById.get(id)!).map(({ fileId, rowNo }) => [fileId, rowNo] as const),
          receivedMinor: match.receivedMinor,
          expectedMinor: match.expectedMinor,
          daysLate: match.daysLate,
        };
        // What one credit leaves missing of several payouts is missing once at a store.
        const isTold = stores.has(now.storeId);
        stores.add(now.storeId);
        return { before, now, valueDay: entry?.valueDay, isTold };
      });
    });
    const lost = found.filter(({ before, now }) => before.entryFile !== null && !(isPaid(now) && entryOf(now) === entryOf(before)));
    if (lost.length > 0) await this.batches.withdrawFundings(ctx, [...new Set(lost.map(({ before }) => entryOf(before)))]);
    for (const { before, now, isTold } of found)
      await this.#found(ctx, before, { ...now, toldState: isTold && now.state === 'short' ? 'short' : now.toldState });
    await this.#fund(ctx, found);
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

  async #found(ctx: WorkContext, before: PayoutRow, now: PayoutRow): Promise<void> {
    const same =
      before.state === now.state &&
      before.entryFile === now.entryFile &&
      before.entryRow === now.entryRow &&
      JSON.stringify(before.earlierEntries) === JSON.stringify(now.earlierEntries) &&
      before.receivedMinor === now.receivedMinor &&
      // What an entry should be is told at each of its payouts: it changes with the others, too.
      before.expectedMinor === now.expectedMinor;
    const toldState = await this.#tell(ctx, now);
    if (!same || toldState !== before.toldState) await markPayout(ctx, { ...now, toldState });
  }

  /** Funds the batches of payouts that are paid. */
  async #fund(ctx: WorkContext, found: readonly { readonly now: PayoutRow; readonly valueDay: string | undefined }[]): Promise<void> {
    const paid = found.filter(({ now, valueDay }) => valueDay !== undefined && isPaid(now));
    for (const [acquirerId, theirs] of Map.groupBy(paid, ({ now }) => now.acquirerId)) {
      const batches = await batchesOfPayouts(
        ctx,
        acquirerId,
        theirs.map(({ now }) => now.payoutId),
      );
      const fundings = theirs.flatMap(({ now, valueDay }) =>
        (batches.get(payoutKey(now)) ?? []).map(({ amountMinor, ...key }) => ({
          key,
          funding: { bankReference: entryOf(now), amountMinor, currency: now.currency, creditedOn: valueDay! },
        })),
      );
      await this.batches.fundBatches(ctx, fundings);
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

/** When entries may have paid what is due in a place on a day, by {@link placeOf}. Days nobody knows are counted as bank days: entries are looked for no further away. */
function daysAround(
  payouts: readonly PayoutRow[],
  terms: ReadonlyMap<string, FundingTerms | null>,
): Map<string, { readonly firstDay: string; readonly lastDay: string }> {
  return new Map(
    [...new Map(payouts.map((payout) => [placeOf(payout), payout]))].map(([place, { acquirerId, dueDay }]) => {
      const country = terms.get(acquirerId)?.country;
      return [place, entryDays(dueDay!, AROUND_DUE_DAY, (day) => country === undefined || isBankDay(country, day) !== false)];
    }),
  );
}

function placeOf({ acquirerId, dueDay }: Pick<PayoutRow, 'acquirerId' | 'dueDay'>): string {
  return `${dueDay} ${acquirerId}`;
}

function daysOf(around: readonly { readonly firstDay: string; readonly lastDay: string }[]): string[] {
  const days = new Set<string>();
  for (const { firstDay, lastDay } of around) for (let day = firstDay; day <= lastDay; day = addBusinessDays(day, 1)) days.add(day);
  return [...days];
}

/** A payout with another reserve, which lessens it where it is below zero. */
function withReserve(parts: PayoutParts, reserveMinor: number): PayoutParts {
  return { ...parts, reserveMinor, netMinor: parts.netMinor - parts.reserveMinor + reserveMinor };
}

function isPaid({ state }: PayoutRow): boolean {
  return state === 'funded' || state === 'late';
}

function entryOf({ entryFile, entryRow }: Pick<PayoutRow, 'entryFile' | 'entryRow'>): string {
  return `${entryFile}/${entryRow}`;
}

function idOf(payout: Pick<PayoutRow, 'acquirerId' | 'payoutId' | 'currency'>): string {
  return JSON.stringify([payout.acquirerId, payout.payoutId, payout.currency]);
}
