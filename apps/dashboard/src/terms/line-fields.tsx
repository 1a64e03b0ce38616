import { Button, NativeSelect, TextInput } from '@mantine/core';
import { CalendarPlus, Pencil, Trash2 } from 'lucide-react';
import { formatMoney } from '../format/money.js';
import { useTexts } from '../i18n/use-texts.js';
import ui from '../ui/ui.module.css';
import { Money } from '../ui/values.js';
import { type Fault, type LineDraft, type LineField, readDraft } from './draft.rules.js';
import { exampleFee } from './fee-lines.js';
import classes from './terms.module.css';
import { FEE_ROWS, ON_REFUND, ROUNDINGS } from './terms.rules.js';
import { exampleMinor, formatDay, useTermsWords } from './terms-words.js';

/** Cards a line is often for; any other can be written too. */
const USUAL_CARDS = [
  'debit',
  'credit',
  'visa debit',
  'visa credit',
  'mastercard debit',
  'mastercard credit',
  'girocard',
  'maestro',
  'unionpay debit',
  'unionpay credit',
  'amex',
  'jcb',
  'wechat',
  'alipay',
] as const;

/** The names of usual cards, for the fields that ask for one. */
export function UsualCards() {
  return (
    <datalist id="usual-cards">
      {USUAL_CARDS.map((kind) => (
        <option key={kind} value={kind} />
      ))}
    </datalist>
  );
}

interface LineProps {
  readonly line: LineDraft;
  readonly at: number;
  readonly faults: readonly Fault[];
  readonly change: (next: Partial<LineDraft>) => void;
  readonly remove: () => void;
}

/** One line of the schedule. What was agreed and has begun is read only, until somebody says that it was wrong. */
export function LineFields(props: LineProps & { locked: boolean; unlock: () => void; changeFrom: () => void }) {
  const { t } = useTexts();
  const { line, at, locked } = props;
  const { line: lineWords } = useTermsWords();
  return (
    <fieldset className={classes.line} data-testid={`line-${at}`} data-locked={locked}>
      <legend>{line.agreed === null ? t('terms.lineNew', { at }) : t('terms.lineOf', { at, what: lineWords(line.agreed) })}</legend>
      {locked ? <Agreed line={line} /> : <Fields {...props} />}
      <div className={classes.lineActs}>
        {locked ? (
          <>
            <Button
              size="sm"
              variant="default"
              leftSection={<CalendarPlus size={16} aria-hidden="true" />}
              onClick={props.changeFrom}
              data-testid={`line-${at}-change`}
            >
              {t('terms.changeFrom')}
            </Button>
            <Button
              size="sm"
              variant="default"
              leftSection={<Pencil size={16} aria-hidden="true" />}
              onClick={props.unlock}
              data-testid={`line-${at}-unlock`}
            >
              {t('terms.unlock')}
            </Button>
          </>
        ) : null}
        <Button
          size="sm"
          variant="subtle"
          leftSection={<Trash2 size={16} aria-hidden="true" />}
          onClick={props.remove}
          aria-label={t('terms.removeLine', { at })}
          data-testid={`line-${at}-remove`}
        >
          {t('terms.remove')}
        </Button>
      </div>
    </fieldset>
  );
}

function Agreed({ line }: { line: LineDraft }) {
  const { t, locale } = useTexts();
  const { price } = useTermsWords();
  if (line.agreed === null) return null;
  const from = formatDay(line.from, locale);
  return (
    <p className={classes.agreed}>
      <strong>{price(line.agreed)}</strong>
      <span>
        {line.through === '' ? t('terms.since', { day: from }) : t('terms.span', { from, through: formatDay(line.through, locale) })}
      </span>
    </p>
  );
}

function Fields({ line, at, faults, change }: LineProps) {
  const { t } = useTexts();
  const currency = line.currency.toUpperCase();
  const errorOf = (field: LineField) => {
    const fault = faults.find((one) => one.line === line.key && one.field === field);
    return fault === undefined ? undefined : t(`terms.fault.${fault.why}`);
  };
  const text = (field: 'currency' | 'cardKind' | 'rate' | 'fixed' | 'floor' | 'cap') => ({
    value: line[field],
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
    error: errorOf(field),
    'data-testid': `line-${at}-${field}`,
  });
  const day = (field: 'from' | 'through') => ({
    type: 'date',
    value: line[field],
    onChange: (event: { currentTarget: { value: string } }) => change({ [field]: event.currentTarget.value }),
    error: errorOf(field),
    'data-testid': `line-${at}-${field}`,
  });
  return (
    <>
      <div className={classes.grid}>
        <TextInput
          label={t('terms.field.cards')}
          description={t('terms.cardsHelp')}
          list="usual-cards"
          maxLength={64}
          autoCapitalize="none"
          className={classes.wide}
          {...text('cardKind')}
        />
        <TextInput label={t('terms.field.currency')} required maxLength={3} autoCapitalize="characters" {...text('currency')} />
        <TextInput label={t('terms.field.ratePpm')} required inputMode="decimal" rightSection="%" {...text('rate')} />
        <TextInput
          label={t('terms.field.fixedMinor')}
          inputMode="decimal"
          rightSection={currency}
          rightSectionWidth={52}
          {...text('fixed')}
        />
        <TextInput
          label={t('terms.field.floorMinor')}
          inputMode="decimal"
          rightSection={currency}
          rightSectionWidth={52}
          {...text('floor')}
        />
        <TextInput label={t('terms.field.capMinor')} inputMode="decimal" rightSection={currency} rightSectionWidth={52} {...text('cap')} />
        <NativeSelect
          label={t('terms.field.rounding')}
          value={line.rounding}
          onChange={(event) => change({ rounding: event.currentTarget.value as LineDraft['rounding'] })}
          data={ROUNDINGS.map((value) => ({ value, label: t(`terms.rounding.${value}`) }))}
          data-testid={`line-${at}-rounding`}
        />
        <NativeSelect
          label={t('terms.field.onRefund')}
          value={line.onRefund}
          onChange={(event) => change({ onRefund: event.currentTarget.value as LineDraft['onRefund'] })}
          data={ON_REFUND.map((value) => ({ value, label: t(`terms.onRefund.${value}`) }))}
          data-testid={`line-${at}-refund`}
        />
        <TextInput label={t('terms.field.from')} required {...day('from')} />
        <TextInput label={t('terms.field.through')} description={t('terms.throughHelp')} {...day('through')} />
      </div>
      <RowChoice line={line} at={at} change={change} error={errorOf('types')} />
      <Example line={line} />
    </>
  );
}

function RowChoice({ line, at, change, error }: Pick<LineProps, 'line' | 'at' | 'change'> & { error: string | undefined }) {
  const { t } = useTexts();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset inside a fieldset is read out twice
    <div role="group" aria-label={t('terms.field.types')} className={classes.types}>
      <span aria-hidden="true">{t('terms.field.types')}</span>
      {FEE_ROWS.map((type) => (
        <label key={type}>
          <input
            type="checkbox"
            checked={line.types.includes(type)}
            aria-invalid={error !== undefined}
            onChange={(event) =>
              change({
                types: event.currentTarget.checked
                  ? FEE_ROWS.filter((each) => each === type || line.types.includes(each))
                  : line.types.filter((each) => each !== type),
              })
            }
            data-testid={`line-${at}-${type}`}
          />
          {t(`terms.row.${type}`)}
        </label>
      ))}
      {error === undefined ? null : <span className={classes.wrong}>{error}</span>}
    </div>
  );
}

/** What the line comes to, as soon as it can be read: 0.6 % and 60 % are told apart at a glance. */
function Example({ line }: { line: LineDraft }) {
  const { t, locale } = useTexts();
  const read = readDraft({ basis: 'row', lines: [line], payout: null });
  const rate = 'terms' in read ? read.terms.fees?.rates[0] : undefined;
  const fee = rate === undefined ? undefined : exampleFee(rate);
  if (rate === undefined || fee === undefined) return null;
  const sale = { amountMinor: exampleMinor(rate.currency), currency: rate.currency };
  return (
    <p className={`${ui.small} ${classes.example}`} data-testid="line-example">
      {t('terms.exampleOf', { amount: formatMoney(sale, locale) })} <Money value={fee} />
    </p>
  );
}
