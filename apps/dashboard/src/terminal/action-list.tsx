import {
  Activity,
  ArrowDownUp,
  Clock,
  CloudUpload,
  LogIn,
  LogOut,
  type LucideIcon,
  MessageSquare,
  MessagesSquare,
  Moon,
  OctagonX,
  PlugZap,
  Printer,
  ReceiptText,
  RotateCcw,
  Scale,
  Sunrise,
} from 'lucide-react';
import type { TerminalAction } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { Card, Notice } from '../ui/blocks.js';
import { ACTION_GROUPS, type ActionOption, commonBlock, GROUP_NAMES } from './action.rules.js';
import classes from './terminal.module.css';
import type { TerminalAt } from './terminal-page.js';

/** What each action looks like. */
export const ACTION_ICONS: Record<TerminalAction, LucideIcon> = {
  settleTerminal: ReceiptText,
  closeTerminal: Moon,
  openTerminal: Sunrise,
  signOnTerminal: LogIn,
  signOffTerminal: LogOut,
  sendStored: CloudUpload,
  diagnoseTerminal: Activity,
  restartTerminal: RotateCcw,
  powerCycleTerminal: PlugZap,
  setTerminalTime: Clock,
  displayMessage: MessageSquare,
  reprintReceipt: Printer,
  abortTerminal: OctagonX,
  captureDialogue: MessagesSquare,
  acceptUnbalanced: Scale,
  adoptOutcome: ArrowDownUp,
};

/** The icon of an action, also of one this version does not know. */
export const actionIcon = (action: string): LucideIcon => (ACTION_ICONS as Partial<Record<string, LucideIcon>>)[action] ?? ArrowDownUp;

/** Everything the terminal can be asked for; what can't be asked now is shown with why. */
export function ActionList({ at }: { at: TerminalAt }) {
  const { t } = useTexts();
  const { terminal } = at;
  const common = commonBlock(terminal.actions);
  const waits = common === undefined && terminal.actions.some((option) => option.waits);
  return (
    <Card title={t('action.title')} testId="actions">
      <div className={classes.groups}>
        {common ? <Notice tone="info">{t(`action.block.${common}`, { protocol: textOrCode(t, 'driver', terminal.driver) })}</Notice> : null}
        {waits ? <Notice tone="info">{t('action.waits')}</Notice> : null}
        {GROUP_NAMES.map((group) => (
          <section key={group} aria-labelledby={`actions-${group}`}>
            <h3 id={`actions-${group}`} className={classes.group}>
              {t(`action.group.${group}`)}
            </h3>
            <ul className={classes.actions}>
              {ACTION_GROUPS[group].map((action) => {
                const option = terminal.actions.find((each) => each.action === action);
                return option ? <ActionRow key={action} at={at} option={option} explained={common !== undefined} /> : null;
              })}
            </ul>
          </section>
        ))}
      </div>
    </Card>
  );
}

function ActionRow({ at, option, explained }: { at: TerminalAt; option: ActionOption; explained: boolean }) {
  const { t } = useTexts();
  const { action, available, block, destructive } = option;
  const Icon = ACTION_ICONS[action];
  const why = block && !explained ? t(`action.block.${block}`, { protocol: textOrCode(t, 'driver', at.terminal.driver) }) : null;
  return (
    <li>
      <button
        type="button"
        className={classes.action}
        data-destructive={destructive}
        data-testid={`action-${action}`}
        disabled={!available}
        aria-describedby={why === null ? undefined : `why-${action}`}
        onClick={() => at.ask(action)}
      >
        <Icon aria-hidden="true" />
        <span>
          {t(`commandAction.${action}`)}
          {why === null ? null : <small id={`why-${action}`}>{why}</small>}
        </span>
      </button>
    </li>
  );
}
