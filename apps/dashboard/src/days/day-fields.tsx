import { TextInput } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { dayOf } from '../app/search-params.js';
import { formatDate } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import classes from '../ui/ui.module.css';
import { checkedDays, type DayFault, type DaysAsked, daysTyped, FIRST_DAY } from './days.rules.js';

/** A day of a filter bar. */
export interface DayField<N extends keyof DaysAsked> {
  readonly name: N;
  readonly label: string;
  /** What the address says, or the page's own choice; shown, and said to be impossible where it is. */
  readonly value: string | undefined;
  readonly max?: string;
  readonly testId?: string;
}

/** How long somebody may pause while typing before it is asked for, or said what is wrong, in ms: a day is typed through others. */
const PAUSE_MS = 600;
const NOTHING = {};

/**
 * Fields of days that belong together. What can be asked for is handed on; what can't stays in its field with a sentence, and the page as it was. Days that are typed one after the other are handed on together.
 */
export function DayFields<N extends keyof DaysAsked>(props: {
  fields: readonly DayField<N>[];
  change: (days: Partial<Record<N, string>>) => void;
}) {
  const { fields, change } = props;
  const [typed, setTyped] = useState<Partial<Record<N, string>>>(NOTHING);
  const [broken, setBroken] = useState<Partial<Record<N, boolean>>>(NOTHING);
  const [settled, setSettled] = useState(true);
  const within = useRef(false);
  const shown: DaysAsked = Object.fromEntries(fields.map(({ name, value }) => [name, value]));
  const { faults } = checkedDays({ ...shown, ...typed });
  const settle = (unreadable: Partial<Record<N, boolean>>) => {
    setSettled(true);
    const days = Object.values(unreadable).includes(true) ? undefined : daysTyped(shown, typed);
    if (days !== undefined && fields.some(({ name, value }) => (days[name] ?? value ?? '') !== (value ?? ''))) change(typed);
  };
  const latest = useRef(settle);
  useEffect(() => {
    latest.current = settle;
  });
  // Every keystroke begins the pause anew.
  useEffect(() => {
    if (settled) return undefined;
    const timer = setTimeout(() => latest.current(broken), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [settled, typed, broken]);
  const given = JSON.stringify(shown);
  // What was typed is over once the address says it. While somebody types, an answer to what was typed before takes nothing away.
  useEffect(() => {
    const asked = JSON.parse(given) as Partial<Record<string, string>>;
    const open = ([name, text]: [string, unknown]) => within.current && text !== (asked[name] ?? '');
    setTyped((own) => Object.fromEntries(Object.entries(own).filter(open)) as typeof own);
    if (!within.current) setBroken(NOTHING);
  }, [given]);
  const leave = (name: N, { validity }: HTMLInputElement) => {
    within.current = false;
    const unreadable = { ...broken, [name]: validity.badInput };
    setBroken(unreadable);
    settle(unreadable);
    // An emptied field shows the page's own choice, where it has one.
    if (typed[name] === '' && !validity.badInput)
      setTyped(Object.fromEntries(Object.entries(typed).filter(([other]) => other !== name)) as typeof typed);
  };
  return fields.map((field) => {
    const { name } = field;
    const text = typed[name] ?? field.value ?? '';
    const fault = broken[name] ? 'incomplete' : faults[name];
    const said = settled || typed[name] === undefined ? fault : undefined;
    return (
      <TextInput
        key={name}
        type="date"
        label={field.label}
        // A browser shows no day that doesn't exist, and complains about it.
        value={dayOf(text) === undefined ? '' : text}
        max={field.max ?? '9999-12-31'}
        onChange={({ currentTarget: { value, validity } }) => {
          setTyped({ ...typed, [name]: value });
          setBroken({ ...broken, [name]: validity.badInput });
          setSettled(false);
        }}
        onFocus={() => {
          within.current = true;
        }}
        onBlur={(event) => leave(name, event.currentTarget)}
        error={said === undefined ? undefined : <FaultWords fault={said} text={text} />}
        errorProps={{ role: 'alert' }}
        // Above the field: all fields of a bar end on one line.
        inputWrapperOrder={['label', 'error', 'input']}
        {...(said === undefined ? {} : { className: classes.faulty })}
        data-testid={field.testId ?? `filter-${name}`}
      />
    );
  });
}

function FaultWords({ fault, text }: { fault: DayFault | 'incomplete'; text: string }) {
  const { t, locale } = useTexts();
  const day = fault === 'tooEarly' ? formatDate(`${FIRST_DAY}T00:00:00Z`, 'UTC', locale) : text;
  return <span data-fault={fault}>{t(`dayFault.${fault}`, { day })}</span>;
}
