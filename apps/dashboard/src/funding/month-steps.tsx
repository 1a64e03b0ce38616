import { ActionIcon } from '@mantine/core';
import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMinute } from '../app/clock.js';
import { checkedDays } from '../days/days.rules.js';
import { deviceZone, formatMonth } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { dayAt } from '../settlement/board.rules.js';
import classes from './funding.module.css';
import { monthOf } from './funding.rules.js';

/** Goes through the months: sets the first and the last business day, which stand in the address. */
export function MonthSteps(props: {
  from: string | undefined;
  to: string | undefined;
  change: (days: { from: string; to: string }) => void;
}) {
  const { t, locale } = useTexts();
  const today = dayAt(useMinute(), deviceZone());
  const { change } = props;
  const { from, to } = checkedDays(props).days;
  const shown = from !== undefined && monthOf(from, 0).from === from && monthOf(from, 0).to === to ? from : undefined;
  const step = (months: number) => change(monthOf(shown ?? today, shown === undefined && months > 0 ? 0 : months));
  return (
    // biome-ignore lint/a11y/useSemanticElements: it stands among fields of a filter bar, which have no frame
    <div role="group" aria-label={t('funding.month')} className={classes.month}>
      <ActionIcon variant="default" size={36} onClick={() => step(-1)} aria-label={t('funding.monthBefore')} data-testid="month-before">
        <ChevronLeft size={18} aria-hidden="true" />
      </ActionIcon>
      <span aria-live="polite">{shown === undefined ? t('funding.monthAny') : formatMonth(shown, locale)}</span>
      <ActionIcon variant="default" size={36} onClick={() => step(1)} aria-label={t('funding.monthAfter')} data-testid="month-after">
        <ChevronRight size={18} aria-hidden="true" />
      </ActionIcon>
    </div>
  );
}
