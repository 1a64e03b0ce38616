import { Keyboard, type LucideIcon, Printer, ScanBarcode } from 'lucide-react';
import type { PeripheralKind, TerminalBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { StateChip } from '../ui/state-chip.js';
import { PERIPHERAL_TONES, type Peripheral, problemsOf } from './peripheral.rules.js';

/** What each kind of peripheral looks like. */
export const PERIPHERAL_ICONS: Record<PeripheralKind, LucideIcon> = { printer: Printer, keypad: Keyboard, scanner: ScanBarcode };

/** A peripheral with its state in words. `plain` leaves the background out, for dense places. */
export function PeripheralChip({ peripheral, plain }: { peripheral: Peripheral; plain?: boolean }) {
  const { t } = useTexts();
  const { kind, state } = peripheral;
  return (
    <StateChip tone={PERIPHERAL_TONES[state]} icon={PERIPHERAL_ICONS[kind]} plain={plain ?? false} testId={`peripheral-${kind}`}>
      {t('peripheral.told', { kind: t(`peripheral.kind.${kind}`), state: t(`peripheral.state.${state}`) })}
    </StateChip>
  );
}

/** The peripherals of a terminal that need somebody. */
export function PeripheralProblems({ terminal, plain }: { terminal: Pick<TerminalBoardFragment, 'peripherals'>; plain?: boolean }) {
  return problemsOf(terminal).map((peripheral) => <PeripheralChip key={peripheral.kind} peripheral={peripheral} plain={plain ?? false} />);
}
