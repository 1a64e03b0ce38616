import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { type Column, Rows } from '../ui/rows.js';
import ui from '../ui/ui.module.css';
import { usePhone } from '../ui/use-phone.js';
import { Money } from '../ui/values.js';
import classes from './board.module.css';
import type { BatchDetail } from './four-way.rules.js';

type CardTotal = BatchDetail['cardTotals'][number];

const keyOf = ({ source, cardName, scheme, direction, amount }: CardTotal): string =>
  [source, cardName, scheme, direction, amount.currency].join('/');

/** What journal and terminal add up to for each card: a table on a desk, on a phone one list with a line for each sum. */
export function CardTotals({ batch: { cardTotals } }: { batch: BatchDetail }) {
  const { t } = useTexts();
  const phone = usePhone();
  if (cardTotals.length === 0) return null;
  return (
    <section>
      <h2 className={classes.section}>{t('board.cardTotals')}</h2>
      {phone ? <CardList totals={cardTotals} /> : <CardTable totals={cardTotals} />}
    </section>
  );
}

function CardName({ total }: { total: CardTotal }) {
  const { t } = useTexts();
  return (
    <>
      <strong>{total.cardName === '' ? textOrCode(t, 'cardScheme', total.scheme) : total.cardName}</strong>
      {total.funding === 'unknown' ? null : <small className={ui.muted}> {textOrCode(t, 'board.funding', total.funding)}</small>}
    </>
  );
}

function CardTable({ totals }: { totals: readonly CardTotal[] }) {
  const { t } = useTexts();
  const columns: Column<CardTotal>[] = [
    { key: 'card', header: t('board.card'), cell: (total) => <CardName total={total} /> },
    { key: 'source', header: t('board.countedBy'), cell: (total) => t(`board.source.${total.source}`) },
    { key: 'direction', header: t('board.direction'), cell: (total) => t(`board.way.${total.direction}`) },
    { key: 'count', header: t('board.transactions'), end: true, cell: (total) => total.count ?? '–' },
    { key: 'amount', header: t('transaction.amount'), end: true, cell: (total) => <Money value={total.amount} /> },
  ];
  return <Rows rows={totals} columns={columns} rowKey={keyOf} label={t('board.cardTotals')} testId="card-totals" />;
}

/** Whose sums belong together: journal and terminal may write the same name in other letters. */
const cardOf = ({ cardName, scheme, funding }: CardTotal): string => [(cardName || scheme).toLowerCase(), funding].join('/');

/** A card for each of a dozen sums would be three screens of a phone: here each card's sums stand below its name. */
function CardList({ totals }: { totals: readonly CardTotal[] }) {
  const { t } = useTexts();
  return (
    <ul className={`${ui.card} ${classes.cards}`} aria-label={t('board.cardTotals')} data-testid="card-totals">
      {[...Map.groupBy(totals, cardOf)].map(([card, own]) => (
        <li key={card}>
          {own[0] === undefined ? null : <CardName total={own[0]} />}
          <dl className={classes.sums}>
            {own.map((total) => (
              <div key={keyOf(total)}>
                <dt>
                  {[t(`board.source.${total.source}`), t(`board.way.${total.direction}`)].join(' · ')}
                  {total.count === null ? null : ` · ${t('board.count', { count: total.count })}`}
                </dt>
                <dd>
                  <Money value={total.amount} />
                </dd>
              </div>
            ))}
          </dl>
        </li>
      ))}
    </ul>
  );
}
