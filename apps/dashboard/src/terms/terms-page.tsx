import { useQueries, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleDashed, FileSignature, Hourglass } from 'lucide-react';
import { useMinute } from '../app/clock.js';
import { deviceZone } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { dayAt } from '../settlement/board.rules.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { type Acquirer, acquirersQuery } from '../statements/statement-queries.js';
import { EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import classes from './terms.module.css';
import { lineState } from './terms.rules.js';
import { proposalsQuery, type TermsVersion, termsQuery } from './terms-queries.js';
import { countryName, formatDay, useTermsWords } from './terms-words.js';

/** An acquirer with what was agreed; `terms` is undefined where nothing was. */
interface Agreement {
  readonly acquirer: Acquirer;
  readonly terms: TermsVersion | undefined;
  /** Other terms wait for a second person. */
  readonly waits: boolean;
}

/** What was agreed with each acquirer, and with whom nothing was. */
export function TermsPage() {
  const { t } = useTexts();
  const acquirers = useQuery(acquirersQuery);
  const versions = useQueries({ queries: (acquirers.data ?? []).map(({ id }) => termsQuery(id)) });
  const proposals = useQuery(proposalsQuery);
  const failed = [acquirers, proposals, ...versions].find((query) => query.error !== null && query.data === undefined);
  const waiting = failed === undefined && (acquirers.isPending || proposals.isPending || versions.some(({ isPending }) => isPending));
  const rows = (acquirers.data ?? []).map(
    (acquirer, at): Agreement => ({
      acquirer,
      terms: versions[at]?.data?.[0],
      waits: proposals.data?.some(({ acquirerId }) => acquirerId === acquirer.id) === true,
    }),
  );
  const columns = useColumns();
  return (
    <>
      <PageHeader title={t('terms.title')} lead={t('terms.lead')} />
      <MoneyTabs at="terms" />
      {waiting ? <Skeletons rows={3} height={56} /> : null}
      {failed === undefined ? null : <ErrorState error={failed.error} retry={() => void failed.refetch()} />}
      {!waiting && failed === undefined && rows.length === 0 ? (
        <EmptyState icon={FileSignature} title={t('terms.noAcquirers')}>
          {t('terms.noAcquirersText')} <Link to="/settlement/statements">{t('terms.toStatements')}</Link>
        </EmptyState>
      ) : null}
      {waiting || failed !== undefined || rows.length === 0 ? null : (
        <Rows rows={rows} columns={columns} rowKey={({ acquirer }) => acquirer.id} label={t('terms.title')} testId="terms" />
      )}
    </>
  );
}

function useColumns(): Column<Agreement>[] {
  const { t, locale } = useTexts();
  const words = useTermsWords();
  const today = dayAt(useMinute(), deviceZone());
  return [
    {
      key: 'acquirer',
      header: t('terms.acquirer'),
      head: true,
      cell: ({ acquirer }) => (
        <Link
          to="/settlement/terms/$acquirerId"
          params={{ acquirerId: acquirer.id }}
          className={classes.acquirer}
          data-testid={`terms-of-${acquirer.id}`}
        >
          {acquirer.name}
        </Link>
      ),
    },
    {
      key: 'state',
      header: t('filter.state'),
      head: true,
      cell: ({ terms, waits }) =>
        waits ? (
          <StateChip tone="warn" icon={Hourglass} testId="terms-proposed">
            {t('terms.waits')}
          </StateChip>
        ) : terms === undefined ? (
          <StateChip tone="warn" icon={CircleDashed} testId="terms-missing">
            {t('terms.missing')}
          </StateChip>
        ) : (
          <StateChip tone="ok" icon={CircleCheck}>
            {t('terms.version', { version: terms.version })}
          </StateChip>
        ),
    },
    {
      key: 'fees',
      header: t('terms.fees'),
      cell: ({ terms }) => {
        const rates = terms?.fees?.rates ?? [];
        const now = rates.filter((rate) => lineState(rate, rates, today) === 'inForce');
        const [only] = now;
        if (only === undefined) return '–';
        return now.length === 1 ? words.price(only) : t('terms.lines', { count: now.length });
      },
    },
    {
      key: 'payout',
      header: t('terms.payout'),
      cell: ({ terms }) =>
        terms?.funding
          ? [words.payoutField('delayBankDays', terms.funding.delayBankDays), countryName(terms.funding.country, locale)].join(' · ')
          : '–',
    },
    {
      key: 'account',
      header: t('terms.field.account'),
      cell: ({ terms }) => (terms?.funding ? <span className={ui.mono}>{terms.funding.account}</span> : '–'),
    },
    {
      key: 'saved',
      header: t('terms.savedHeader'),
      cell: ({ terms }) => (terms === undefined ? '–' : `${formatDay(terms.savedAt.slice(0, 10), locale)} · ${terms.savedBy}`),
    },
  ];
}
