import { Link } from '@tanstack/react-router';
import { CircleCheck, CircleHelp, TriangleAlert } from 'lucide-react';
import { mayOpen } from '../app/navigation.js';
import { formatMoney } from '../format/money.js';
import type { MoneyFieldsFragment } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { type Column, Rows } from '../ui/rows.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { Money } from '../ui/values.js';
import { useCardKind } from './card-kind.js';
import classes from './funding.module.css';
import { type FeeKind, feeShare, isRated, sortKinds } from './funding.rules.js';

/** Fees are negative to the merchant; here they read as what is paid. */
export const paid = ({ amountMinor, currency }: MoneyFieldsFragment): MoneyFieldsFragment => ({ currency, amountMinor: 0 - amountMinor });

/** What was paid more, or less, than agreed. */
export function FeeGap({ gap }: { gap: MoneyFieldsFragment }) {
  const { t, locale } = useTexts();
  if (gap.amountMinor === 0) return <>–</>;
  const more = paid(gap).amountMinor;
  const amount = formatMoney({ amountMinor: Math.abs(more), currency: gap.currency }, locale);
  return <strong className={`${classes.gap} ${ui.number}`}>{t(more > 0 ? 'funding.tooMuch' : 'funding.tooLittle', { amount })}</strong>;
}

/** A kind of card in words. */
function CardKind({ cardKind }: { cardKind: string }) {
  const { t } = useTexts();
  const words = useCardKind()(cardKind);
  return words === null ? <span className={ui.muted}>{t('funding.kindUnknown')}</span> : words;
}

/** How many rows' fees are right, wrong, or nobody knows. */
function FeeChip({ wrongRows, rows, unknown }: { wrongRows: number; rows: number; unknown: number }) {
  const { t } = useTexts();
  if (wrongRows > 0) {
    return (
      <StateChip tone="bad" icon={TriangleAlert}>
        {t('funding.wrong', { wrong: wrongRows, rows })}
      </StateChip>
    );
  }
  if (unknown === rows) {
    return (
      <StateChip tone="warn" icon={CircleHelp}>
        {t('funding.noneRated')}
      </StateChip>
    );
  }
  return (
    <StateChip tone="ok" icon={CircleCheck}>
      {t('funding.allRight', { count: rows - unknown })}
    </StateChip>
  );
}

/** Rows nobody agreed a rate for, leading to what was agreed. */
function WithoutRate({ line: { rowsWithoutRate, acquirerId } }: { line: FeeKind }) {
  const { t, locale } = useTexts();
  const me = useMe();
  const count = rowsWithoutRate.toLocaleString(locale);
  if (!mayOpen(me.role, '/settlement/terms')) return <span className={ui.number}>{count}</span>;
  return (
    <Link
      to="/settlement/terms/$acquirerId"
      params={{ acquirerId }}
      className={ui.number}
      aria-label={t('funding.withoutRateOpen', { count: rowsWithoutRate })}
    >
      {count}
    </Link>
  );
}

/** Each acquirer's fees by kind of card and currency. */
export function FeeReport({ kinds, nameOf }: { kinds: readonly FeeKind[]; nameOf: (acquirerId: string) => string }) {
  const { t, locale } = useTexts();
  const money = ({ currency }: FeeKind, amountMinor: number) => <Money value={paid({ amountMinor, currency })} />;
  const per = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const columns: Column<FeeKind>[] = [
    {
      key: 'kind',
      header: t('funding.kind'),
      head: true,
      cell: (line) => (
        <strong>
          <CardKind cardKind={line.cardKind} />
        </strong>
      ),
    },
    {
      key: 'wrong',
      header: t('funding.wrongRows'),
      head: true,
      cell: ({ wrongRows, rows, rowsWithoutRate }) => <FeeChip wrongRows={wrongRows} rows={rows} unknown={rowsWithoutRate} />,
    },
    {
      key: 'norate',
      header: t('funding.withoutRate'),
      end: true,
      cell: (line) => (line.rowsWithoutRate === 0 ? '–' : <WithoutRate line={line} />),
    },
    {
      key: 'gross',
      header: t('funding.gross'),
      end: true,
      cell: ({ grossMinor, currency }) => <Money value={{ amountMinor: grossMinor, currency }} />,
    },
    {
      key: 'expected',
      header: t('funding.feeExpected'),
      end: true,
      // Where no row has a rate nobody knows what should have been charged: that is not nothing.
      cell: (line) => (isRated(line) ? money(line, line.expectedMinor) : '–'),
    },
    { key: 'charged', header: t('funding.feeCharged'), end: true, cell: (line) => money(line, line.chargedMinor) },
    {
      key: 'share',
      header: t('funding.share'),
      end: true,
      cell: (line) => {
        const share = feeShare(line);
        return share === null ? '–' : <span className={ui.number}>{per.format(share)}</span>;
      },
    },
    {
      key: 'gap',
      header: t('funding.gap'),
      end: true,
      cell: (line) =>
        isRated(line) && line.gapMinor !== 0 ? <FeeGap gap={{ amountMinor: line.gapMinor, currency: line.currency }} /> : '–',
    },
  ];
  return (
    <div className={ui.stack} data-testid="fee-report">
      {[...Map.groupBy(sortKinds(kinds), ({ acquirerId }) => acquirerId)].map(([acquirerId, own]) => (
        <section key={acquirerId}>
          <h2 className={classes.acquirer}>{nameOf(acquirerId)}</h2>
          <Rows
            rows={own}
            columns={columns}
            rowKey={({ currency, cardKind }) => `${acquirerId}-${currency}-${cardKind}`}
            label={`${t('funding.feesTitle')}: ${nameOf(acquirerId)}`}
          />
        </section>
      ))}
    </div>
  );
}
