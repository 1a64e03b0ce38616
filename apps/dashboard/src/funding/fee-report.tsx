import { CircleCheck, TriangleAlert } from 'lucide-react';
import { formatGap } from '../format/money.js';
import type { MoneyFieldsFragment } from '../graphql/generated/money/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { type Column, Rows } from '../ui/rows.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { Money } from '../ui/values.js';
import classes from './funding.module.css';
import { cardKindParts, type FeeKind, feeShare, sortKinds } from './funding.rules.js';

/** Fees are negative to the merchant; here they read as what is paid. */
export const paid = ({ amountMinor, currency }: MoneyFieldsFragment): MoneyFieldsFragment => ({ currency, amountMinor: 0 - amountMinor });

/** What was paid more, or less, than agreed. */
export function FeeGap({ gap }: { gap: MoneyFieldsFragment }) {
  const { locale } = useTexts();
  if (gap.amountMinor === 0) return <>–</>;
  return <strong className={`${classes.gap} ${ui.number}`}>{formatGap(paid(gap), locale)}</strong>;
}

/** A kind of card in words. */
function CardKind({ cardKind }: { cardKind: string }) {
  const { t } = useTexts();
  const { scheme, funding } = cardKindParts(cardKind);
  if (scheme === null && funding === null) return <span className={ui.muted}>{t('funding.kindUnknown')}</span>;
  return (
    <>
      {scheme === null ? null : textOrCode(t, 'cardScheme', scheme)}
      {funding === null ? null : <span className={ui.muted}> {t(`funding.cardFunding.${funding}`)}</span>}
    </>
  );
}

/** Each acquirer's fees by kind of card and currency. */
export function FeeReport({ kinds, nameOf }: { kinds: readonly FeeKind[]; nameOf: (acquirerId: string) => string }) {
  const { t, locale } = useTexts();
  const money = ({ currency }: FeeKind, amountMinor: number) => <Money value={paid({ amountMinor, currency })} />;
  const per = new Intl.NumberFormat(locale, { style: 'percent', minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const columns: Column<FeeKind>[] = [
    { key: 'acquirer', header: t('funding.acquirer'), head: true, cell: (line) => <strong>{nameOf(line.acquirerId)}</strong> },
    {
      key: 'wrong',
      header: t('funding.wrongRows'),
      head: true,
      cell: ({ wrongRows, rows }) => (
        <StateChip tone={wrongRows > 0 ? 'bad' : 'ok'} icon={wrongRows > 0 ? TriangleAlert : CircleCheck}>
          {wrongRows > 0 ? t('funding.wrong', { wrong: wrongRows, rows }) : t('funding.allRight', { rows })}
        </StateChip>
      ),
    },
    { key: 'kind', header: t('funding.kind'), cell: (line) => <CardKind cardKind={line.cardKind} /> },
    { key: 'norate', header: t('funding.withoutRate'), end: true, cell: (line) => line.rowsWithoutRate || '–' },
    {
      key: 'gross',
      header: t('funding.gross'),
      end: true,
      cell: ({ grossMinor, currency }) => <Money value={{ amountMinor: grossMinor, currency }} />,
    },
    { key: 'expected', header: t('funding.feeExpected'), end: true, cell: (line) => money(line, line.expectedMinor) },
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
      cell: ({ gapMinor, currency }) => <FeeGap gap={{ amountMinor: gapMinor, currency }} />,
    },
  ];
  return (
    <Rows
      rows={sortKinds(kinds)}
      columns={columns}
      rowKey={({ acquirerId, currency, cardKind }) => `${acquirerId}-${currency}-${cardKind}`}
      label={t('funding.feesTitle')}
      testId="fee-report"
    />
  );
}
