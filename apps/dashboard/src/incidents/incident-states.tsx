import { CircleCheck, CircleDashed, CircleDot, Hand, LoaderCircle, SkipForward, TriangleAlert } from 'lucide-react';
import type { IncidentState, StepState } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';

const INCIDENT = {
  open: ['bad', TriangleAlert],
  acknowledged: ['warn', Hand],
  resolved: ['ok', CircleCheck],
} as const satisfies Record<IncidentState, [ChipTone, unknown]>;

const STEP = {
  waiting: ['quiet', CircleDashed],
  ready: ['info', CircleDot],
  running: ['info', LoaderCircle],
  done: ['ok', CircleCheck],
  skipped: ['quiet', SkipForward],
} as const satisfies Record<StepState, [ChipTone, unknown]>;

/** An incident's state as icon and word. */
export function IncidentStateChip({ state }: { state: IncidentState }) {
  const { t } = useTexts();
  const [tone, icon] = INCIDENT[state];
  return (
    <StateChip tone={tone} icon={icon} testId="incident-state">
      {t(`incidentState.${state}`)}
    </StateChip>
  );
}

/** A step's state as icon and word. */
export function StepStateChip({ state, plain }: { state: StepState; plain?: boolean }) {
  const { t } = useTexts();
  const [tone, icon] = STEP[state];
  return (
    <StateChip tone={tone} icon={icon} plain={plain ?? false} testId="step-state">
      {t(`stepState.${state}`)}
    </StateChip>
  );
}
