import { expectedFee, type FeeRate, type FeeSchedule } from '@tillward/reconciliation';
import { CalendarClock, CircleCheck, History, type LucideIcon } from 'lucide-react';
import { formatMoney } from '../format/money.js';
import { useTexts } from '../i18n/use-texts.js';
import { type Column, Rows } from '../ui/rows.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { Money } from '../ui/values.js';
import classes from './terms.module.css';
import { type LineState, lineEnd, lineKey, lineState, rowsOf, sortLines } from './terms.rules.js';
import { exampleMinor, formatDay, formatPpm, useTermsWords } from './terms-words.js';

/** What is added to a rate, and what bounds it. */
const BOUNDS = ['fixedMinor', 'floorMinor', 'capMinor'] as const;
const LOOKS: Record<LineState, [ChipTone, LucideIcon]> = {
  inForce: ['ok', CircleCheck],
  future: ['info', CalendarClock],
  replaced: ['quiet', History],
  ended: ['quiet', History],
};

/** What one line of a schedule alone charges on the example; undefined where it is not for sales. */
export function exampleFee(rate: FeeRate): { readonly amountMinor: number; readonly currency: string } | undefined {
  const amountMinor = exampleMinor(rate.currency);
  // The kind is left out: the line is asked for as if it were for this very card.
  const { cardKind: _asked, ...line } = rate;
  const type = rowsOf(rate).includes('sale') ? 'sale' : undefined;
  if (type === undefined) return undefined;
  const row = { type, businessDay: rate.from, amountMinor, currency: rate.currency };
  const fee = expectedFee({ basis: 'row', rates: [line] }, row);
  return fee.kind === 'fee' ? { amountMinor: 0 - fee.feeMinor, currency: rate.currency } : undefined;
}

/** The lines of a fee schedule: what is and will be in force, and behind a fold what was. */
export function FeeLines({ fees, today }: { fees: FeeSchedule; today: string }) {
  const { t } = useTexts();
  const lines = sortLines(fees.rates);
  const past = (rate: FeeRate) => ['ended', 'replaced'].includes(lineState(rate, fees.rates, today));
  const earlier = lines.filter(past);
  const now = lines.filter((rate) => !past(rate));
  return (
    <>
      <p className={classes.basis}>{t(`terms.basisText.${fees.basis}`)}</p>
      {now.length === 0 ? <p className={ui.muted}>{t('terms.nothingInForce')}</p> : <Table lines={now} fees={fees} today={today} />}
      {earlier.length === 0 ? null : (
        <details className={classes.earlier}>
          <summary data-testid="earlier-lines">{t('terms.earlier', { count: earlier.length })}</summary>
          <Table lines={earlier} fees={fees} today={today} />
        </details>
      )}
    </>
  );
}

function Table({ lines, fees, today }: { lines: readonly FeeRate[]; fees: FeeSchedule; today: string }) {
  const { t } = useTexts();
  return (
    <Rows
      rows={lines}
      columns={useColumns(fees, today)}
      rowKey={lineKey}
      label={t('terms.fees')}
      testId={lines.some((rate) => lineState(rate, fees.rates, today) === 'inForce') ? 'fee-lines' : 'other-fee-lines'}
    />
  );
}

function useColumns(fees: FeeSchedule, today: string): Column<FeeRate>[] {
  const { t, locale } = useTexts();
  const words = useTermsWords();
  const amount = (minor: number | undefined, { currency }: FeeRate) =>
    minor === undefined || minor === 0 ? '–' : <Money value={{ amountMinor: minor, currency }} />;
  return [
    {
      key: 'cards',
      header: t('terms.cards'),
      head: true,
      cell: (rate) => (
        <div className={classes.cards}>
          <strong>{words.cards(rate, fees.rates)}</strong>
          <small className={ui.muted}>{[rate.currency, words.rows(rate)].filter((part) => part !== null).join(' · ')}</small>
        </div>
      ),
    },
    {
      key: 'state',
      header: t('filter.state'),
      head: true,
      cell: (rate) => {
        const state = lineState(rate, fees.rates, today);
        const [tone, icon] = LOOKS[state];
        return (
          <StateChip tone={tone} icon={icon} testId={`line-${state}`}>
            {t(`terms.lineState.${state}`)}
          </StateChip>
        );
      },
    },
    {
      key: 'rate',
      header: t('terms.field.ratePpm'),
      end: true,
      cell: (rate) => <span className={ui.number}>{formatPpm(rate.ratePpm, locale)}</span>,
    },
    // A bound that no line has is no column.
    ...BOUNDS.filter((field) => fees.rates.some((rate) => (rate[field] ?? 0) > 0)).map((field) => ({
      key: field,
      header: t(`terms.field.${field}`),
      end: true,
      cell: (rate: FeeRate) => amount(rate[field], rate),
    })),
    {
      key: 'example',
      header: t('terms.example'),
      end: true,
      cell: (rate) => {
        const fee = exampleFee(rate);
        if (fee === undefined) return '–';
        return (
          <span
            title={t('terms.exampleOf', {
              amount: formatMoney({ amountMinor: exampleMinor(rate.currency), currency: rate.currency }, locale),
            })}
          >
            <Money value={{ amountMinor: exampleMinor(rate.currency), currency: rate.currency }} /> → <Money value={fee} />
          </span>
        );
      },
    },
    {
      key: 'refund',
      header: t('terms.field.onRefund'),
      cell: (rate) => (
        <>
          {t(`terms.onRefund.${rate.onRefund}`)}
          <div className={`${ui.small} ${ui.muted}`}>{t(`terms.rounding.${rate.rounding}`)}</div>
        </>
      ),
    },
    {
      key: 'valid',
      header: t('terms.valid'),
      cell: (rate) => {
        const end = lineEnd(rate, fees.rates);
        const from = formatDay(rate.from, locale);
        return (
          <span className={classes.days}>
            {end === undefined ? t('terms.since', { day: from }) : t('terms.span', { from, through: formatDay(end, locale) })}
          </span>
        );
      },
    },
  ];
}
