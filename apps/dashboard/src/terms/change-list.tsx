import type { FeeRate } from '@tillward/reconciliation';
import { ArrowRight, Minus, Plus, RefreshCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import classes from './terms.module.css';
import { type Change, type FieldChange, PAYOUT_FIELDS } from './terms.rules.js';
import { formatDay, type TermsWords, useTermsWords } from './terms-words.js';

/** What differs between two versions, one sentence each. */
export function ChangeList({ changes }: { changes: readonly Change[] }) {
  const words = useTermsWords();
  return (
    <ul className={classes.changes} data-testid="terms-changes">
      {changes.map((change) => (
        <ChangeItem key={JSON.stringify(change)} change={change} words={words} />
      ))}
    </ul>
  );
}

function ChangeItem({ change, words }: { change: Change; words: TermsWords }) {
  const { t, locale } = useTexts();
  switch (change.kind) {
    case 'basis':
      return (
        <Item look="changed" what={t('terms.basisLabel')}>
          <FromTo
            before={change.before === undefined ? undefined : t(`terms.basis.${change.before}`)}
            after={t(`terms.basis.${change.after}`)}
          />
        </Item>
      );
    case 'lineAdded':
    case 'lineRemoved':
      return (
        <Item look={change.kind === 'lineAdded' ? 'added' : 'removed'} what={words.line(change.rate)}>
          <FromTo
            before={change.kind === 'lineAdded' && change.follows !== undefined ? words.price(change.follows) : undefined}
            after={words.price(change.rate)}
          />
          <span>{validity(change.rate)}</span>
          {change.kind === 'lineAdded' ? <span>{ending(change.rate)}</span> : null}
        </Item>
      );
    case 'lineChanged':
      return (
        <Item look="changed" what={`${words.line(change.rate)} · ${t('terms.since', { day: formatDay(change.rate.from, locale) })}`}>
          <Fields
            fields={change.fields}
            name={(field) => t(`terms.field.${field}`)}
            value={(field, value) => words.lineField(field, value, change.rate.currency)}
          />
        </Item>
      );
    case 'payoutAdded':
      return (
        <Item look="added" what={t('terms.payout')}>
          {/* Whoever approves sees all of it: what is held back and what may be missing, too. */}
          {PAYOUT_FIELDS.filter((field) => field !== 'reserveReleaseDays' || change.payout.reservePpm > 0).map((field) => (
            <span key={field} className={classes.field}>
              <span>{t(`terms.field.${field}`)}</span> <span>{words.payoutField(field, change.payout[field])}</span>
            </span>
          ))}
        </Item>
      );
    case 'payoutChanged':
      return (
        <Item look="changed" what={t('terms.payout')}>
          <Fields fields={change.fields} name={(field) => t(`terms.field.${field}`)} value={words.payoutField} />
        </Item>
      );
    case 'payoutRemoved':
      return <Item look="removed" what={t('terms.payout')} />;
    case 'feesRemoved':
      return <Item look="removed" what={t('terms.fees')} />;
  }

  function ending({ rounding, onRefund, currency }: FeeRate): string {
    return [words.lineField('rounding', rounding, currency), words.lineField('onRefund', onRefund, currency)].join(t('list.separator'));
  }

  function validity({ from, through }: { from: string; through?: string }): string {
    const first = formatDay(from, locale);
    return through === undefined ? t('terms.since', { day: first }) : t('terms.span', { from: first, through: formatDay(through, locale) });
  }
}

const LOOKS = { added: Plus, removed: Minus, changed: RefreshCw } as const;

function Item({ look, what, children }: { look: keyof typeof LOOKS; what: string; children?: ReactNode }) {
  const { t } = useTexts();
  const Icon = LOOKS[look];
  return (
    <li data-look={look}>
      <Icon aria-label={t(`terms.look.${look}`)} role="img" />
      <div>
        <strong>{what}</strong>
        {children}
      </div>
    </li>
  );
}

function Fields<Field extends string>(props: {
  fields: readonly FieldChange<Field>[];
  name: (field: Field) => string;
  value: (field: Field, value: string | number | undefined) => string;
}) {
  return props.fields.map(({ field, before, after }) => (
    <span key={field} className={classes.field}>
      <span>{props.name(field)}</span> <FromTo before={props.value(field, before)} after={props.value(field, after)} />
    </span>
  ));
}

function FromTo({ before, after }: { before: string | undefined; after: string }) {
  const { t } = useTexts();
  return (
    <span className={classes.fromTo}>
      {before === undefined ? null : (
        <>
          <s>{before}</s>
          <ArrowRight aria-label={t('terms.becomes')} role="img" />
        </>
      )}
      <span>{after}</span>
    </span>
  );
}
