import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, CircleHelp, Equal, ReceiptText, TriangleAlert } from 'lucide-react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { formatMoney } from '../format/money.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { Card, EmptyState, ErrorState, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money, ZonedMoment } from '../ui/values.js';
import { BatchRequests } from './batch-requests.js';
import classes from './board.module.css';
import { CardTotals } from './card-totals.js';
import { type BatchDetail, fourWay, type SideView } from './four-way.rules.js';
import { MoneyTabs } from './money-tabs.js';
import { batchQuery, comparedQuery } from './settlement-queries.js';
import { BatchStateChip } from './settlement-states.js';

const route = getRouteApi('/signed-in/settlement/batches/$storeId/$terminalId/$batchNo');

/** One batch: what till, terminal, acquirer and bank say about it, its life, and what two people can do about it. */
export function BatchPage() {
  const { t } = useTexts();
  const { storeId, terminalId, batchNo } = route.useParams();
  const place = { storeId, terminalId, batchNo: Number(batchNo) };
  const { data: batch, error, isPending, refetch } = useQuery({ ...batchQuery(place), enabled: Number.isInteger(place.batchNo) });
  if (isPending && Number.isInteger(place.batchNo)) return <Skeletons rows={4} height={120} />;
  if (error && batch === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!batch) {
    return (
      <>
        <PageHeader title={t('board.unknownTitle')} />
        <EmptyState icon={ReceiptText} title={t('board.unknownLead')}>
          {t('board.unknownText')}
        </EmptyState>
      </>
    );
  }
  return <Page batch={batch} />;
}

function Page({ batch }: { batch: BatchDetail }) {
  const { t } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  const store = fleet?.find(({ id }) => id === batch.storeId);
  const { storeId, businessDay } = batch;
  return (
    <div data-testid="batch-page" data-state={batch.state}>
      <PageHeader
        title={t('board.batchTitle', { no: batch.batchNo, terminal: batch.terminalName })}
        lead={
          <>
            {store?.name ?? storeId} · <BusinessDay day={businessDay} />
          </>
        }
      >
        <BatchStateChip state={batch.state} />
        <Button
          component={Link}
          to="/settlement/differences"
          search={{ store: storeId, from: businessDay, to: businessDay, state: 'all' } as never}
          variant="default"
        >
          {t('board.toDifferences')}
        </Button>
        <Button
          component={Link}
          to="/settlement"
          search={{ tab: 'transactions', store: storeId, day: businessDay } as never}
          variant="default"
        >
          {t('board.toTransactions')}
        </Button>
      </PageHeader>
      <MoneyTabs at="batches" />
      <div className={ui.stack}>
        <FourSides batch={batch} timeZone={store?.timeZone ?? 'UTC'} />
        <BatchRequests batch={batch} storeName={store?.name ?? storeId} />
        <Life batch={batch} timeZone={store?.timeZone ?? 'UTC'} />
        <CardTotals batch={batch} />
        <Evidence batch={batch} timeZone={store?.timeZone ?? 'UTC'} />
      </div>
    </div>
  );
}

function FourSides({ batch, timeZone }: { batch: BatchDetail; timeZone: string }) {
  const { t, locale } = useTexts();
  const me = useMe();
  const { data: compared } = useQuery(comparedQuery(batch, batch.businessDay));
  const views = fourWay(batch, compared ?? undefined);
  const fees = views.find(({ side }) => side === 'acquirer')?.fees ?? null;
  const more: Record<SideView['side'], React.ReactNode> = {
    till: <span>{t('board.tillText')}</span>,
    terminal:
      batch.hostTotal === null ? null : (
        <span>
          {t('board.hostSaid')} <Money value={batch.hostTotal} />
          {batch.hostCount === null ? null : ` · ${t('board.count', { count: batch.hostCount })}`}
        </span>
      ),
    acquirer: (
      <>
        {views
          .find(({ side }) => side === 'acquirer')
          ?.others.map(({ count, total }) => (
            <span key={total.currency}>{t('board.otherCurrency', { count, amount: formatMoney(total, locale) })}</span>
          ))}
        {fees === null ? null : (
          <span>
            {t('board.fees')} <Money value={fees} />
          </span>
        )}
        {batch.confirmedAt === null ? null : <ZonedMoment at={batch.confirmedAt} timeZone={timeZone} />}
        {batch.confirmedBy === null || me.role === 'manager' ? null : (
          <Link to="/settlement/statements/$fileId" params={{ fileId: batch.confirmedBy }}>
            {t('board.toStatement')}
          </Link>
        )}
      </>
    ),
    bank:
      batch.fundedOn === null ? null : (
        <>
          {fees === null || fees.amountMinor === 0 ? null : (
            <span>
              {t('board.afterFees')} <Money value={fees} />
            </span>
          )}
          <BusinessDay day={batch.fundedOn} />
        </>
      ),
  };
  return (
    <section className={classes.four} aria-label={t('board.fourWay')} data-testid="four-way">
      {views.map((view) => (
        <section key={view.side} className={`${ui.card} ${classes.side}`} data-verdict={view.verdict} data-testid={`side-${view.side}`}>
          <h2 className={ui.cardTitle}>{t(`board.side.${view.side}`)}</h2>
          <span className={`${classes.big} ${ui.number}`}>{view.amount === null ? '–' : formatMoney(view.amount, locale)}</span>
          <Verdict view={view} />
          <div className={classes.lines}>
            {view.count === null ? null : <span>{t('board.count', { count: view.count })}</span>}
            {more[view.side]}
          </div>
        </section>
      ))}
    </section>
  );
}

function Verdict({ view: { verdict, delta, side } }: { view: SideView }) {
  const { t, locale } = useTexts();
  switch (verdict) {
    case 'reference':
      return (
        <StateChip tone="quiet" icon={Equal} plain>
          {t('board.verdict.reference')}
        </StateChip>
      );
    case 'same':
      return (
        <StateChip tone="ok" icon={CircleCheck}>
          {t('board.verdict.same')}
        </StateChip>
      );
    case 'unknown':
      return (
        <StateChip tone="quiet" icon={CircleHelp} plain>
          {t(`board.silent.${side}`)}
        </StateChip>
      );
    case 'differs':
      return (
        <StateChip tone="bad" icon={TriangleAlert}>
          {delta === null
            ? t('board.verdict.currency')
            : delta.amountMinor === 0
              ? t('board.verdict.count')
              : t(delta.amountMinor > 0 ? 'board.verdict.more' : 'board.verdict.less', {
                  amount: formatMoney({ ...delta, amountMinor: Math.abs(delta.amountMinor) }, locale),
                })}
        </StateChip>
      );
  }
}

function Life({ batch, timeZone }: { batch: BatchDetail; timeZone: string }) {
  const { t } = useTexts();
  const steps = [
    { key: 'opened', at: batch.openedAt },
    { key: 'settled', at: batch.settledAt },
    { key: 'confirmed', at: batch.confirmedAt },
    { key: 'funded', at: batch.fundedAt },
  ] as const;
  const bad = batch.state === 'unbalanced' || batch.state === 'missed';
  return (
    <Card title={t('board.life')} testId="life">
      <ol className={classes.life}>
        {steps.map(({ key, at }) => (
          <li key={key} data-reached={at !== null} data-bad={key === 'settled' && at === null && bad}>
            <strong>{t(`board.step.${key}`)}</strong>
            <span className={ui.muted}>
              {key === 'funded' && batch.fundedOn !== null ? (
                <BusinessDay day={batch.fundedOn} />
              ) : at !== null ? (
                <ZonedMoment at={at} timeZone={timeZone} />
              ) : key === 'settled' && batch.state !== 'open' ? (
                t(`batchState.${batch.state}`)
              ) : (
                t('board.notYet')
              )}
            </span>
          </li>
        ))}
      </ol>
      {batch.handling === null ? null : (
        <p>
          {t(`board.handling.${batch.handling}`)}
          {batch.acceptedAt === null ? null : (
            <>
              {' · '}
              <ZonedMoment at={batch.acceptedAt} timeZone={timeZone} />
            </>
          )}
        </p>
      )}
      {batch.failureCode === null ? null : <Notice tone="warn">{textOrCode(t, 'cause', batch.failureCode)}</Notice>}
      {batch.lifeEvents.length === 0 ? null : (
        <ul className={classes.events} aria-label={t('board.events')}>
          {batch.lifeEvents.map((event) => (
            <li key={`${event.at} ${event.what}`}>
              <strong>{textOrCode(t, 'board.event', event.what)}</strong>{' '}
              <span className={ui.muted}>
                <ZonedMoment at={event.at} timeZone={timeZone} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function Evidence({ batch, timeZone }: { batch: BatchDetail; timeZone: string }) {
  const { t } = useTexts();
  if (batch.evidence.length === 0) return null;
  return (
    <Card title={t('board.evidence')} testId="evidence">
      <ul className={classes.events}>
        {batch.evidence.map((sealed) => (
          <li key={sealed.settlementId}>
            <StateChip tone={sealed.intact ? 'ok' : 'bad'} icon={sealed.intact ? CircleCheck : TriangleAlert} plain>
              {t(sealed.intact ? 'board.intact' : 'board.altered')}
            </StateChip>{' '}
            <ZonedMoment at={sealed.sealedAt} timeZone={timeZone} />
            <div className={`${ui.mono} ${ui.muted}`}>{sealed.digest}</div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
