import { useQuery } from '@tanstack/react-query';
import { CircleCheck, CircleX, History, LoaderCircle, type LucideIcon, TriangleAlert, Undo2 } from 'lucide-react';
import type { StatementFileState } from '../graphql/generated/money/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import { checkCounts, isPerhapsAnothers } from './statement.rules.js';
import { acquirersQuery, type StatementFile } from './statement-queries.js';
import classes from './statements.module.css';

const LOOKS: Record<StatementFileState, [ChipTone, LucideIcon]> = {
  arrived: ['info', LoaderCircle],
  imported: ['ok', CircleCheck],
  refused: ['bad', CircleX],
  superseded: ['quiet', History],
  withdrawing: ['info', LoaderCircle],
  withdrawn: ['quiet', Undo2],
};

const DOUBTFUL: [ChipTone, LucideIcon] = ['warn', TriangleAlert];

/** A file's state as icon and word; one that was imported although its own figures don't agree is no good news. */
export function FileStateChip({ file: { state, checks } }: { file: Pick<StatementFile, 'state' | 'checks'> }) {
  const { t } = useTexts();
  const [tone, icon] = state === 'imported' && checkCounts(checks).failed > 0 ? DOUBTFUL : LOOKS[state];
  return (
    <StateChip tone={tone} icon={icon} testId="file-state">
      {t(`statement.state.${state}`)}
    </StateChip>
  );
}

/** How many of a file's own figures its rows agree with. */
export function ChecksChip({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  const { passed, failed } = checkCounts(file.checks);
  if (passed + failed === 0) return <>–</>;
  return (
    <span className={classes.whole}>
      <StateChip tone={failed > 0 ? 'bad' : 'ok'} icon={failed > 0 ? CircleX : CircleCheck} plain testId="file-checks">
        {failed > 0 ? t('statement.checksFailed', { failed, total: passed + failed }) : t('statement.checksPassed', { total: passed })}
      </StateChip>
    </span>
  );
}

/** Why a file was refused and in which line, in words. */
export function RefusalWords({ file }: { file: StatementFile }) {
  const { t, language } = useTexts();
  const { data: acquirers } = useQuery(acquirersQuery);
  if (file.refusalCode === null) return null;
  // Chinese signs bring their own room along.
  const space = language === 'zh' ? '' : ' ';
  return (
    <span className={classes.refusal} data-testid="file-refusal" data-code={file.refusalCode}>
      {file.refusalLine === null ? null : <b>{`${t('statement.inLine', { line: file.refusalLine })}${space}`}</b>}
      {textOrCode(t, 'statement.refusal', file.refusalCode)}
      {isPerhapsAnothers(file, acquirers ?? []) ? `${space}${t('statement.perhapsAnothers')}` : ''}
    </span>
  );
}
