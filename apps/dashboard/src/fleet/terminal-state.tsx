import {
  BadgeCheck,
  CircleCheck,
  CircleHelp,
  CreditCard,
  type LucideIcon,
  Moon,
  OctagonAlert,
  Power,
  PowerOff,
  ReceiptText,
  Sunrise,
  TriangleAlert,
  Unplug,
  UserRoundX,
} from 'lucide-react';
import type { PeripheralState } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import type { TileState } from './fleet.rules.js';

const LOOKS: Record<TileState, { tone: ChipTone; icon: LucideIcon }> = {
  unknown: { tone: 'quiet', icon: CircleHelp },
  blocked: { tone: 'bad', icon: OctagonAlert },
  selling: { tone: 'info', icon: CreditCard },
  settling: { tone: 'info', icon: ReceiptText },
  opening: { tone: 'info', icon: Sunrise },
  closing: { tone: 'info', icon: Moon },
  leftOn: { tone: 'bad', icon: Power },
  off: { tone: 'quiet', icon: PowerOff },
  closed: { tone: 'quiet', icon: Moon },
  trouble: { tone: 'warn', icon: TriangleAlert },
  signedOff: { tone: 'warn', icon: UserRoundX },
  ready: { tone: 'ok', icon: CircleCheck },
};

/** What each state of a peripheral looks like; always beside its word. */
export const PERIPHERAL_STATE_ICONS: Record<PeripheralState, LucideIcon> = {
  ready: CircleCheck,
  paperLow: TriangleAlert,
  paperOut: OctagonAlert,
  coverOpen: OctagonAlert,
  error: OctagonAlert,
  offline: Unplug,
  unknown: CircleHelp,
};

/** A terminal's state as icon and word. */
export function TerminalState(props: { state: TileState; plain?: boolean }) {
  const { t } = useTexts();
  const { tone, icon } = LOOKS[props.state];
  return (
    <StateChip tone={tone} icon={icon} plain={props.plain ?? false}>
      {t(`tile.${props.state}`)}
    </StateChip>
  );
}

/** Says that tonight's close proof exists. */
export function ProofMark() {
  const { t } = useTexts();
  return (
    <StateChip tone="ok" icon={BadgeCheck} plain>
      {t('proof.short')}
    </StateChip>
  );
}
