import { Inject } from '@nestjs/common';
import { Args, Context, ID, Int, Parent, Query, ResolveField, Resolver } from '@nestjs/graphql';
import { UnitOfWork, type WorkContext } from '../database/index.js';
import {
  Access,
  CalendarDate,
  CONNECTIONS,
  type Connection,
  FeeCheckFilterInput,
  FeeCheckKindType,
  FeeCheckType,
  FeeReportLineType,
  FeeReportPeriod,
  InvalidArgument,
  type PersonActor,
  pageOf,
  pageRequest,
  type RequestContext,
  requestLoader,
  Unauthenticated,
  ViewerActor,
} from '../graphql/index.js';
import type { FeeSums } from './fee-check.rules.js';
import { countFeeChecks, type FeeCheckKey, type FeeCheckRow, feeReport, kindsOfChecks, listFeeChecks } from './fees.store.js';

const DAY_MS = 86_400_000;
/** Most days of a report: day by day two months, else two years. */
const MOST_DAYS: Readonly<Record<FeeReportPeriod, number>> = { day: 62, month: 731, whole: 731 };

/** A fee check as this resolver hands it on: with the key its kinds are found by. */
type CheckView = FeeCheckType & FeeCheckKey;

/** Fees as they were charged and as they should have been. */
@Resolver(() => FeeCheckType)
export class FeesResolver {
  constructor(@Inject(UnitOfWork) private readonly work: UnitOfWork) {}

  /** Newest business day first. */
  @Access('hq', 'manager', 'auditor')
  @Query(() => CONNECTIONS.feeChecks.type, { name: 'feeChecks' })
  async feeChecks(
    @ViewerActor() actor: PersonActor,
    @Args('filter', { type: () => FeeCheckFilterInput, nullable: true }) filter: FeeCheckFilterInput | null,
    @Args('first', { type: () => Int, nullable: true, defaultValue: 50 }) first: number | null,
    @Args('after', { type: () => String, nullable: true }) after: string | null,
  ): Promise<Connection<FeeCheckType>> {
    const page = pageRequest(first, after, ['instant', 'string', 'uuid', 'string', 'string', 'string']);
    const rows = await this.work.run(actor, (ctx) => listFeeChecks(ctx, filter, page));
    return pageOf(
      page,
      rows,
      (row) => [row.businessDay, row.storeId, row.fileId, row.account, row.batchNo, row.currency],
      checkType,
      () => this.work.run(actor, (ctx) => countFeeChecks(ctx, filter)),
    );
  }

  @Access('hq', 'manager', 'auditor')
  @Query(() => [FeeReportLineType], {
    name: 'feeReport',
    description:
      'Fees of the viewer’s stores by acquirer, card kind, currency and period, newest period first. At most 62 days day by day, else 731.',
  })
  async feeReport(
    @ViewerActor() actor: PersonActor,
    @Args('fromDay', { type: () => CalendarDate }) fromDay: string,
    @Args('toDay', { type: () => CalendarDate, description: 'Included.' }) toDay: string,
    @Args('period', { type: () => FeeReportPeriod, defaultValue: FeeReportPeriod.whole }) period: FeeReportPeriod,
    @Args('acquirerId', { type: () => ID, nullable: true }) acquirerId: string | null,
    @Args('storeId', { type: () => ID, nullable: true }) storeId: string | null,
  ): Promise<FeeReportLineType[]> {
    const days = (Date.parse(toDay) - Date.parse(fromDay)) / DAY_MS + 1;
    if (days < 1) throw new InvalidArgument('toDay', 'toDay: expected a day on or after fromDay');
    if (days > MOST_DAYS[period]) throw new InvalidArgument('toDay', `toDay: expected at most ${MOST_DAYS[period]} days`);
    const rows = await this.work.run(actor, (ctx) => feeReport(ctx, { fromDay, toDay, period, acquirerId, storeId }));
    if (rows === null) throw new InvalidArgument('toDay', 'toDay: the sums of these days are too large to be exact, expected fewer days');
    return rows.map(({ unratedMinor, ...row }) => ({
      ...row,
      chargedWithoutRateMinor: unratedMinor,
      gapMinor: row.chargedMinor - unratedMinor - row.expectedMinor,
    }));
  }

  /** One query, whatever the number of checks. */
  @ResolveField('kinds', () => [FeeCheckKindType])
  async kinds(@Parent() check: CheckView, @Context() context: RequestContext): Promise<FeeCheckKindType[]> {
    const actor = context.viewer?.actor;
    if (actor === undefined) throw new Unauthenticated();
    const loader = requestLoader(context, readKinds, (keys) => this.work.run(actor, (ctx) => readKinds(ctx, keys)));
    return (await loader.load(keyOf(check))) ?? [];
  }
}

function keyOf({ storeId, fileId, account, batchNo, businessDay, currency }: FeeCheckKey): string {
  return JSON.stringify([storeId, fileId, account, batchNo, businessDay, currency]);
}

async function readKinds(ctx: WorkContext, keys: readonly string[]): Promise<Map<string, FeeCheckKindType[]>> {
  const wanted = keys.map((key): FeeCheckKey => {
    const [storeId, fileId, account, batchNo, businessDay, currency] = JSON.parse(key) as [string, string, string, string, string, string];
    return { storeId, fileId, account, batchNo, businessDay, currency };
  });
  const found = Map.groupBy(await kindsOfChecks(ctx, wanted), keyOf);
  return new Map([...found].map(([key, own]) => [key, own.map((row) => ({ cardKind: row.cardKind, ...sumsType(row, row.currency) }))]));
}

function checkType(row: FeeCheckRow): CheckView {
  const id = [row.storeId, row.fileId, row.account, row.batchNo, row.businessDay, row.currency].join('/');
  return { ...row, id, terminalId: row.account === '' ? null : row.account, ...sumsType(row, row.currency) };
}

function sumsType(sums: FeeSums, currency: string): Omit<FeeCheckKindType, 'cardKind'> {
  const { rows, wrongRows, rowsWithoutRate } = sums;
  const money = (amountMinor: number) => ({ amountMinor, currency });
  return {
    rows,
    wrongRows,
    rowsWithoutRate,
    gross: money(sums.grossMinor),
    expected: money(sums.expectedMinor),
    charged: money(sums.chargedMinor),
    chargedWithoutRate: money(sums.unratedMinor),
  };
}
