import { useMemo } from 'react';
import { type Bullet, bulletPicture, COLUMNS_HEIGHT, rowsHeight } from '../charts/bullets.js';
import { ChartFigure, ChartPanel } from '../charts/chart-figure.js';
import { type Draw, Picture } from '../charts/picture.js';
import type { Locale } from '../format/locale.js';
import { formatGap, formatGapShort, formatMoney } from '../format/money.js';
import { formatBusinessDay, formatShortDay, yearsOf } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { type Column, Rows } from '../ui/rows.js';
import { BusinessDay, Money } from '../ui/values.js';
import type { CurrencyDays, DayMoney, FeeLine } from './funding.rules.js';

/** Bullets of one currency, drawn anew only when they change. */
function Panel(props: {
  currency: string;
  bullets: readonly Bullet[];
  lying: boolean;
  locale: Locale;
  pick?: ((at: number) => void) | undefined;
}) {
  const { currency, bullets, lying, locale } = props;
  const draw = useMemo<Draw>(
    () => (ink, width) => bulletPicture(bullets, { currency, locale, lying }, ink, width),
    [bullets, currency, locale, lying],
  );
  return (
    <ChartPanel name={currency}>
      <Picture height={lying ? rowsHeight(bullets.length) : COLUMNS_HEIGHT} draw={draw} pick={props.pick} />
    </ChartPanel>
  );
}

/** What each bank day should bring and brought. */
export function FundingChart({ currencies, pick }: { currencies: readonly CurrencyDays[]; pick: (day: string) => void }) {
  const { t } = useTexts();
  const missing = currencies.reduce((sum, { days }) => sum + days.filter(({ gapMinor }) => gapMinor !== null).length, 0);
  const rows = currencies.flatMap(({ currency, days }) => days.map((day) => ({ currency, ...day })));
  return (
    <ChartFigure
      title={t('funding.chart.title')}
      lead={missing === 0 ? t('funding.chart.fine') : t('funding.chart.wrong', { count: missing })}
      keys={[
        { look: 'hollow', tone: 'accent', text: t('funding.expected') },
        { look: 'solid', tone: 'accent', text: t('funding.received') },
        ...(missing === 0 ? [] : ([{ look: 'solid', tone: 'bad', text: t('funding.chart.wrongKey') }] as const)),
      ]}
      table={<DayTable rows={rows} />}
      testId="funding-chart"
    >
      {currencies.map((each) => (
        <DayPanel key={each.currency} {...each} pick={pick} />
      ))}
    </ChartFigure>
  );
}

function DayPanel({ currency, days, pick }: CurrencyDays & { pick: (day: string) => void }) {
  const { t, locale } = useTexts();
  const bullets = useMemo(() => {
    const money = (amountMinor: number | bigint) => formatMoney({ amountMinor, currency }, locale);
    const years = yearsOf(
      days.map(({ day }) => day),
      locale,
    );
    return days.map(({ day, expectedMinor, receivedMinor, gapMinor }, at) => {
      const gap = gapMinor === null ? null : { amountMinor: gapMinor, currency };
      return {
        name: formatShortDay(day, locale),
        year: years[at],
        // A picture's bars need no more than a float has.
        expectedMinor: Number(expectedMinor),
        actualMinor: receivedMinor === null ? null : Number(receivedMinor),
        gap: gap === null ? null : formatGapShort(gap, locale),
        tip: [
          formatBusinessDay(day, locale),
          `${t('funding.expected')} ${money(expectedMinor)}`,
          `${t('funding.received')} ${receivedMinor === null ? '–' : money(receivedMinor)}`,
          ...(gap === null ? [] : [`${t('funding.gap')} ${formatGap(gap, locale)}`]),
        ],
      };
    });
  }, [days, currency, locale, t]);
  return (
    <Panel
      currency={currency}
      bullets={bullets}
      lying={false}
      locale={locale}
      pick={(at) => {
        const day = days[at]?.day;
        if (day !== undefined) pick(day);
      }}
    />
  );
}

type DayRow = DayMoney & { readonly currency: string };

function DayTable({ rows }: { rows: readonly DayRow[] }) {
  const { t, locale } = useTexts();
  const columns: Column<DayRow>[] = [
    { key: 'day', header: t('funding.chart.day'), head: true, cell: ({ day }) => <BusinessDay day={day} /> },
    {
      key: 'expected',
      header: t('funding.expected'),
      end: true,
      cell: ({ currency, expectedMinor }) => <Money value={{ amountMinor: expectedMinor, currency }} />,
    },
    {
      key: 'received',
      header: t('funding.received'),
      end: true,
      cell: ({ currency, receivedMinor }) => (receivedMinor === null ? '–' : <Money value={{ amountMinor: receivedMinor, currency }} />),
    },
    {
      key: 'gap',
      header: t('funding.gap'),
      end: true,
      cell: ({ currency, gapMinor }) =>
        gapMinor === null ? '–' : <strong>{formatGap({ amountMinor: gapMinor, currency }, locale)}</strong>,
    },
  ];
  return (
    <Rows
      rows={rows}
      columns={columns}
      rowKey={({ currency, day }) => `${currency}-${day}`}
      label={t('funding.chart.title')}
      testId="funding-chart-rows"
    />
  );
}

/** What each acquirer charged against what was agreed. Fees are negative to the merchant; the picture shows what is paid. */
export function FeeChart({ lines, nameOf }: { lines: readonly FeeLine[]; nameOf: (acquirerId: string) => string }) {
  const { t } = useTexts();
  const currencies = [...Map.groupBy(lines, ({ currency }) => currency)].sort(([a], [b]) => a.localeCompare(b));
  const wrong = lines.filter(({ gapMinor }) => gapMinor !== 0).length;
  return (
    <ChartFigure
      title={t('funding.chart.feesTitle')}
      lead={wrong === 0 ? t('funding.chart.feesFine') : t('funding.chart.feesWrong', { count: wrong, all: lines.length })}
      keys={[
        { look: 'hollow', tone: 'accent', text: t('funding.feeExpected') },
        { look: 'solid', tone: 'accent', text: t('funding.feeCharged') },
        ...(wrong === 0 ? [] : ([{ look: 'solid', tone: 'bad', text: t('funding.chart.feesWrongKey') }] as const)),
      ]}
      testId="fee-chart"
    >
      {currencies.map(([currency, of]) => (
        <FeePanel key={currency} currency={currency} lines={of} nameOf={nameOf} />
      ))}
    </ChartFigure>
  );
}

function FeePanel({ currency, lines, nameOf }: { currency: string; lines: readonly FeeLine[]; nameOf: (acquirerId: string) => string }) {
  const { t, locale } = useTexts();
  const bullets = useMemo(() => {
    const money = (amountMinor: number | bigint) => formatMoney({ amountMinor: -amountMinor, currency }, locale);
    return lines.map(({ acquirerId, expectedMinor, chargedMinor, gapMinor }) => {
      const gap = gapMinor === 0 ? null : { amountMinor: -gapMinor, currency };
      return {
        name: nameOf(acquirerId),
        expectedMinor: -Number(expectedMinor),
        actualMinor: -Number(chargedMinor),
        gap: gap === null ? null : formatGapShort(gap, locale),
        tip: [
          nameOf(acquirerId),
          `${t('funding.feeExpected')} ${money(expectedMinor)}`,
          `${t('funding.feeCharged')} ${money(chargedMinor)}`,
          ...(gap === null ? [] : [`${t('funding.gap')} ${formatGap(gap, locale)}`]),
        ],
      };
    });
  }, [lines, currency, locale, t, nameOf]);
  return <Panel currency={currency} bullets={bullets} lying locale={locale} />;
}
