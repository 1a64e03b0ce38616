import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleDot, Handshake, type LucideIcon, UserRound } from 'lucide-react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import type { DifferenceState } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
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
