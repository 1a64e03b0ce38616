import {
  Ban,
  CircleAlert,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  LoaderCircle,
  type LucideIcon,
  RotateCcw,
  Scale,
  Timer,
} from 'lucide-react';
import type { BatchState, TransactionState } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';

const BATCH: Record<BatchState, [ChipTone, LucideIcon]> = {
  open: ['info', Clock],
  settling: ['info', LoaderCircle],
  settled: ['ok', CircleCheck],
  unbalanced: ['bad', Scale],
  inDoubt: ['warn', CircleHelp],
  missed: ['bad', CircleAlert],
  recovered: ['ok', RotateCcw],
};

const TRANSACTION: Record<TransactionState, [ChipTone, LucideIcon]> = {
  started: ['info', Timer],
  completed: ['ok', CircleCheck],
  declined: ['quiet', Ban],
  failed: ['quiet', CircleX],
  inDoubt: ['warn', CircleHelp],
};

/** A batch's state as icon and word. */
export function BatchStateChip({ state }: { state: BatchState }) {
  const { t } = useTexts();
  const [tone, icon] = BATCH[state];
  return (
    <StateChip tone={tone} icon={icon}>
      {t(`batchState.${state}`)}
    </StateChip>
  );
}

/** A transaction's state as icon and word. */
export function TransactionStateChip({ state }: { state: TransactionState }) {
  const { t } = useTexts();
  const [tone, icon] = TRANSACTION[state];
  return (
    <StateChip tone={tone} icon={icon}>
      {t(`transactionState.${state}`)}
    </StateChip>
  );
}
