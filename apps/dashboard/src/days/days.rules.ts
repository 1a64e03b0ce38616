import { dayOf } from '../app/search-params.js';

/** The first day anything is asked for: a year that is still being typed passes through 0002, 0020 and 0202. */
export const FIRST_DAY = '2000-01-01';

/** Days of an address, as somebody wrote them: one of its own, or the first and the last of a range. */
export interface DaysAsked {
  readonly day?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** Why a day is not asked for: not in the calendar, before everything there is, or a last day before the first. */
export type DayFault = 'noSuchDay' | 'tooEarly' | 'reversed';

/** Days that can be asked for, and what is wrong with the others. */
export interface DaysChecked {
  readonly days: { readonly day?: string; readonly from?: string; readonly to?: string };
  readonly faults: { readonly [name in keyof DaysAsked]?: DayFault };
}

function faultOf(text: string): DayFault | undefined {
  if (dayOf(text) === undefined) return 'noSuchDay';
  return text < FIRST_DAY ? 'tooEarly' : undefined;
}

/** The one rule for days that stand in addresses and fields: what can't be asked for is left out, and said to be. Of a range the wrong way round the first day stands. */
export function checkedDays(asked: DaysAsked): DaysChecked {
  const days: Record<string, string> = {};
  const faults: Record<string, DayFault> = {};
  for (const name of ['day', 'from', 'to'] as const) {
    const text = asked[name];
    if (text === undefined || text === '') continue;
    const fault = faultOf(text) ?? (name === 'to' && text < (days['from'] ?? '') ? 'reversed' : undefined);
    if (fault === undefined) days[name] = text;
    else faults[name] = fault;
  }
  return { days, faults };
}

/** What to ask for once days were typed over those of the page; undefined while one that was typed can't be asked for, or the last would be before the first. */
export function daysTyped(given: DaysAsked, typed: DaysAsked): DaysAsked | undefined {
  const { faults } = checkedDays({ ...given, ...typed });
  const held = (['day', 'from', 'to'] as const).some((name) => typed[name] !== undefined && faults[name] !== undefined);
  return held || faults.to === 'reversed' ? undefined : typed;
}
