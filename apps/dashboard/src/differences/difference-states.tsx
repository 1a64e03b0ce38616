import { CircleCheck, CircleDot, Handshake, type LucideIcon, UserRound } from 'lucide-react';
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
  return ({ ownerId, ownerRole }) =>
    ownerId === null ? t(`role.${ownerRole}`) : ownerId === me.id ? t('difference.ownerYou') : `${t(`role.${ownerRole}`)} · ${ownerId}`;
}
