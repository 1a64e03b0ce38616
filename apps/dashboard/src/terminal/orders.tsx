import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ClipboardList } from 'lucide-react';
import type { CommandState, TerminalCommandFieldsFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { actorWords } from '../incidents/incident-words.js';
import { Card, EmptyState, ErrorState, LoadMore, Skeletons } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import { actionIcon } from './action-list.js';
import { hasEnded, ORDER_STEPS, orderTone, stepsDone } from './order.rules.js';
import { ORDER_STATE_ICONS } from './order-states.js';
import classes from './terminal.module.css';
import type { TerminalAt } from './terminal-page.js';
import { ordersQuery } from './terminal-queries.js';

type Command = TerminalCommandFieldsFragment;

function OrderState({ state }: { state: CommandState }) {
  const { t } = useTexts();
  return (
    <StateChip tone={orderTone(state)} icon={ORDER_STATE_ICONS[state]} testId="order-state">
      {t(`commandState.${state}`)}
    </StateChip>
  );
}

/** The way of one order: sent, received, running, ended; then how it ended, and the gateway's words. */
export function OrderProgress({ command, timeZone }: { command: Command; timeZone: string }) {
  const { t } = useTexts();
  const done = stepsDone(command.state);
  const ended = hasEnded(command.state);
  return (
    <div className={classes.progress} data-testid="order-progress" data-state={command.state}>
      <ol className={classes.way} aria-hidden="true">
        {ORDER_STEPS.map((step, index) => (
          <li
            key={step}
            data-done={index < done}
            data-here={!ended && index === Math.max(0, done - 1)}
            data-tone={ended && index === done - 1 ? orderTone(command.state) : undefined}
          >
            <span />
            {t(`order.step.${step}`)}
          </li>
        ))}
      </ol>
      <div className={classes.outcome}>
        <OrderState state={command.state} />
        <ZonedMoment at={command.stateAt} timeZone={timeZone} hideZone />
      </div>
      <Outcome command={command} />
      {ended ? null : <p className={`${ui.muted} ${ui.small}`}>{t('order.goesOn')}</p>}
    </div>
  );
}

function Outcome({ command: { outcomeCode, outcomeDetail } }: { command: Command }) {
  const { t } = useTexts();
  if (!outcomeCode && !outcomeDetail) return null;
  return (
    <p className={classes.words}>
      {outcomeCode ? <strong>{textOrCode(t, 'cause', outcomeCode)}</strong> : null}
      {outcomeDetail ? (
        <q lang="en" title={t('order.ownWords')}>
          {outcomeDetail}
        </q>
      ) : null}
    </p>
  );
}

function OrderLine({ command, timeZone }: { command: Command; timeZone: string }) {
  const { t } = useTexts();
  const Icon = actionIcon(command.action);
  return (
    <li className={classes.order} data-testid={`order-${command.id}`} data-state={command.state} data-action={command.action}>
      <Icon aria-hidden="true" />
      <div className={classes.orderBody}>
        <div className={classes.orderHead}>
          <strong>{t(`commandAction.${command.action}`)}</strong>
          <OrderState state={command.state} />
        </div>
        <p>
          {command.depth ? `${t(`action.depth.${command.depth}`)} · ` : null}
          {command.text ? <q>{command.text}</q> : null}
          {command.text ? ' · ' : null}
          {command.reason}
        </p>
        <p className={`${ui.muted} ${ui.small}`}>
          {actorWords(t, command.requestedBy)} · <ZonedMoment at={command.createdAt} timeZone={timeZone} hideZone />
        </p>
        <Outcome command={command} />
      </div>
    </li>
  );
}

/** The newest orders, beside the actions. */
export function LatestOrders({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const { edges, totalCount } = terminal.commands;
  const newest = edges.slice(0, 3);
  if (newest.length === 0) return null;
  return (
    <Card title={t('order.latest')} testId="latest-orders">
      <ul className={classes.orders}>
        {newest.map(({ node }) => (
          <OrderLine key={node.id} command={node} timeZone={store.timeZone} />
        ))}
      </ul>
      {totalCount > newest.length ? (
        <p className={classes.all}>
          <Link
            to="/stores/$storeId/terminals/$terminalId"
            params={{ storeId: store.id, terminalId: terminal.id }}
            search={{ tab: 'orders' }}
          >
            {t('order.all', { count: totalCount })}
          </Link>
        </p>
      ) : null}
    </Card>
  );
}

/** Every action ever ordered here: who, why, and how it ended. */
export function OrdersTab({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const query = useInfiniteQuery(ordersQuery(terminal));
  if (query.isPending) return <Skeletons rows={4} height={88} />;
  if (query.error && !query.data) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  // What the live channel brings is newer than the page that was loaded.
  const live = new Map(terminal.commands.edges.map(({ node }) => [node.id, node]));
  const loaded = query.data.pages.flatMap((page) => page.edges.map(({ node }) => live.get(node.id) ?? node));
  const known = new Set(loaded.map(({ id }) => id));
  const rows = [...terminal.commands.edges.map(({ node }) => node).filter(({ id }) => !known.has(id)), ...loaded];
  if (rows.length === 0) {
    return (
      <EmptyState icon={ClipboardList} title={t('order.noneTitle')}>
        {t('order.noneText')}
      </EmptyState>
    );
  }
  return (
    <>
      <ul className={`${ui.card} ${classes.orders}`} aria-label={t('terminal.tab.orders')} data-testid="orders">
        {rows.map((command) => (
          <OrderLine key={command.id} command={command} timeZone={store.timeZone} />
        ))}
      </ul>
      <LoadMore
        hasMore={query.hasNextPage}
        loading={query.isFetchingNextPage}
        load={() => void query.fetchNextPage()}
        shown={rows.length}
        total={Math.max(rows.length, terminal.commands.totalCount)}
      />
    </>
  );
}
