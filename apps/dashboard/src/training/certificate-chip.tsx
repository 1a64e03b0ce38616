import { CircleAlert, CircleCheck, CircleDashed, Clock } from 'lucide-react';
import { useTexts } from '../i18n/use-texts.js';
import { StateChip } from '../ui/state-chip.js';
import type { CertificateState } from './training.rules.js';

const LOOKS = {
  none: { tone: 'bad', icon: CircleDashed },
  expired: { tone: 'bad', icon: CircleAlert },
  ending: { tone: 'warn', icon: Clock },
  valid: { tone: 'ok', icon: CircleCheck },
} as const;

/** Whether a certificate holds, as icon and word. */
export function CertificateChip({ state }: { state: CertificateState }) {
  const { t } = useTexts();
  const { tone, icon } = LOOKS[state];
  return (
    <StateChip tone={tone} icon={icon}>
      {t(`certificate.${state}`)}
    </StateChip>
  );
}
