import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDot, Handshake, type LucideIcon, UserRound } from 'lucide-react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { formatGap, formatMoney } from '../format/money.js';
import type { DifferenceState } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { between, concerned } from './difference.rules.js';
import type { Difference } from './difference-queries.js';

const LOOKS: Record<DifferenceState, [ChipTone, LucideIcon]> = {
  open: ['bad', CircleDot],
  assigned: ['info', UserRound],
  resolved: ['ok', CircleCheck],
  accepted: ['quiet', Handshake],
};

/** A difference's state as icon and word. */
export function DifferenceStateChip({ state }: { state: DifferenceState }) {
  const { t } = useTexts();
  const [tone, icon] = LOOKS[state];
  return (
    <StateChip tone={tone} icon={icon} testId="difference-state">
      {t(`difference.state.${state}`)}
    </StateChip>
  );
}

/** What differs: with a sign from the merchant's side, a fee in words as on the page of fees, and of a row that one side lacks the whole amount. */
export function Between({ difference }: { difference: Pick<Difference, 'type' | 'terminalAmount' | 'acquirerAmount'> }) {
  const { t, locale } = useTexts();
  const amount = concerned(difference);
  if (amount === undefined || amount.amountMinor === 0) return <>–</>;
  const gap = between(difference);
  const words = formatMoney(amount, locale);
  if (gap === undefined || gap.amountMinor === 0) return <span className={ui.number}>{t('difference.concerned', { amount: words })}</span>;
  return (
    <strong className={ui.number}>
      {difference.type !== 'feeWrong'
        ? formatGap(gap, locale)
        : // A fee is money taken away: less of it left is more that was charged.
          t(gap.amountMinor < 0 ? 'difference.tooMuch' : 'difference.tooLittle', { amount: words })}
    </strong>
  );
}

/** Whose work it is, in words. */
export function useOwner(): (difference: Difference) => string {
  const { t } = useTexts();
  const me = useMe();
  return ({ ownerId, ownerName, ownerRole }) =>
    ownerId === null ? t(`role.${ownerRole}`) : ownerId === me.id ? t('difference.ownerYou') : (ownerName ?? ownerId);
}

/** What a difference is called where it has to be told from others. */
export function useDifferenceName(): (difference: Difference) => string {
  const { t } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  return ({ type, storeId, terminalId, traceNo }) => {
    const store = fleet?.find(({ id }) => id === storeId);
    const terminal = store?.terminals.find(({ id }) => id === terminalId)?.name ?? terminalId;
    return [t(`difference.kind.${type}`), terminal, store?.name ?? storeId, traceNo].filter(Boolean).join(' · ');
  };
}
