import { Link, useNavigate } from '@tanstack/react-router';
import { useCallback, useMemo } from 'react';
import { useMinute } from '../app/clock.js';
import { ChartFigure, type ChartKey } from '../charts/chart-figure.js';
import { type Draw, Picture } from '../charts/picture.js';
import type { Locale } from '../format/locale.js';
import { formatMoney } from '../format/money.js';
import { deviceZone, formatClock, zoneName } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { type Column, Rows } from '../ui/rows.js';
import { usePhone } from '../ui/use-phone.js';
import { Money, useSpanWords } from '../ui/values.js';
import { type RiskWords, riskHeight, riskPicture } from './risk.picture.js';
import { type FundsRow, MOST_SHOWN, type RiskRow, riskRows, type Urgency } from './risk.rules.js';

/** How long until each store's unsettled money is paid late. The room is kept for all of the viewer's stores, so that nothing below moves when one settles; without any money at risk the sentence says all there is, and axes would be empty. */
export function FundsAtRisk({ funds, stores }: { funds: readonly FundsRow[]; stores: number }) {
  const { t } = useTexts();
  const phone = usePhone();
  const minute = useMinute();
  const navigate = useNavigate();
  const all = useMemo(() => riskRows(funds, minute), [funds, minute]);
  const shown = useMemo(() => all.slice(0, MOST_SHOWN), [all]);
  const words = useRiskWords();
  const draw = useCallback<Draw>((ink, width) => riskPicture(shown, words, ink, width), [shown, words]);
  const rows = Math.max(shown.length, Math.min(MOST_SHOWN, stores));
  return (
    <ChartFigure
      title={t('board.risk.title')}
      lead={<Lead all={all} shown={shown.length} />}
      keys={useKeys(all)}
      {...(all.length === 0 ? {} : { table: <RiskTable rows={all} /> })}
      testId="funds-at-risk"
    >
      {all.length === 0 ? null : (
        <Picture
          height={riskHeight(rows, phone)}
          draw={draw}
          pick={(at) => {
            const row = shown[at];
            if (row) void navigate({ to: '/settlement', search: { tab: 'batches', store: row.storeId } as never });
          }}
        />
      )}
    </ChartFigure>
  );
}

/** A cut-off where the viewer is: stores of several zones stand in one picture. */
const clockOf = (at: string, locale: Locale): string => `${formatClock(at, deviceZone(), locale)} ${zoneName(deviceZone(), locale, at)}`;

/** Minutes in words; seconds would be more than a picture renewed each minute can tell. */
function useMinutes(): (minutes: number) => string {
  const { t } = useTexts();
  const spanWords = useSpanWords();
  return (minutes) => (minutes < 60 ? t('board.risk.minutes', { minutes }) : spanWords(minutes * 60_000));
}

function Lead({ all, shown }: { all: readonly RiskRow[]; shown: number }) {
  const { t, language } = useTexts();
  const minutes = useMinutes();
  if (all.length === 0) return t('board.risk.nothing');
  const next = all.filter(({ minutesLeft }) => minutesLeft !== null).sort((a, b) => (a.minutesLeft ?? 0) - (b.minutesLeft ?? 0))[0];
  const stores = (rows: readonly RiskRow[]) => new Set(rows.map(({ storeId }) => storeId)).size;
  const late = stores(all.filter((row) => row.late !== null));
  return [
    t('board.risk.stores', { count: stores(all) }),
    late === 0
      ? ''
      : all.every((row) => row.late?.amountMinor === row.amount.amountMinor)
        ? t('board.risk.allLate')
        : t('board.risk.lateStores', { count: late }),
    next === undefined ? '' : t('board.risk.next', { store: next.name, span: minutes(next.minutesLeft ?? 0) }),
    shown < all.length ? t('board.risk.shown', { shown }) : '',
  ]
    .filter((sentence) => sentence !== '')
    .join(language === 'zh' ? '' : ' ');
}

/** What the marks mean that are there. */
function useKeys(rows: readonly RiskRow[]): ChartKey[] {
  const { t } = useTexts();
  const keys: Record<Urgency, ChartKey> = {
    calm: { look: 'dot', tone: 'accent', text: t('board.risk.key.calm') },
    soon: { look: 'dot', tone: 'warn', text: t('board.risk.key.soon') },
    late: { look: 'ring', tone: 'bad', text: t('board.risk.key.late') },
  };
  return (['calm', 'soon', 'late'] as const)
    .filter((urgency) => rows.some((row) => row.urgency === urgency))
    .map((urgency) => keys[urgency]);
}

function useRiskWords(): RiskWords {
  const { t, locale } = useTexts();
  return useMemo(() => {
    const money = (value: RiskRow['amount']) => formatMoney(value, locale);
    const label = ({ amount, late }: RiskRow) =>
      late === null
        ? money(amount)
        : late.amountMinor === amount.amountMinor
          ? t('board.risk.lateWhole', { amount: money(amount) })
          : t('board.risk.lateLabel', { amount: money(amount), late: money(late) });
    const cutOff = ({ cutOffAt }: RiskRow) =>
      cutOffAt === null ? t('board.risk.passed') : t('board.risk.at', { time: clockOf(cutOffAt, locale) });
    return {
      label,
      hours: (hours) => (hours === 0 ? t('board.risk.now') : t('board.risk.hours', { hours })),
      tip: (row) => [row.name, label(row), cutOff(row)],
    };
  }, [t, locale]);
}

function RiskTable({ rows }: { rows: readonly RiskRow[] }) {
  const { t, locale } = useTexts();
  const minutes = useMinutes();
  const columns: Column<RiskRow>[] = [
    {
      key: 'store',
      header: t('board.store'),
      head: true,
      cell: (row) => (
        <Link to="/settlement" search={{ tab: 'batches', store: row.storeId }}>
          {row.name}
        </Link>
      ),
    },
    { key: 'amount', header: t('board.risk.amount'), end: true, cell: (row) => <Money value={row.amount} /> },
    { key: 'late', header: t('board.risk.late'), end: true, cell: (row) => (row.late === null ? '–' : <Money value={row.late} />) },
    {
      key: 'left',
      header: t('board.risk.cutOff'),
      end: true,
      cell: ({ cutOffAt, minutesLeft }) =>
        cutOffAt === null || minutesLeft === null
          ? t('board.risk.passed')
          : `${clockOf(cutOffAt, locale)} · ${t('span.left', { span: minutes(minutesLeft) })}`,
    },
  ];
  return <Rows rows={rows} columns={columns} rowKey={({ id }) => id} label={t('board.risk.title')} testId="risk-table" />;
}
