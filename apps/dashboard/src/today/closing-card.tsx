import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { BadgeCheck, CircleHelp, DoorClosed, DoorOpen, Moon, OctagonAlert } from 'lucide-react';
import { isOnline, isProven, tileState } from '../fleet/fleet.rules.js';
import { PeripheralProblems } from '../fleet/peripheral-chip.js';
import { ProofMark, TerminalState } from '../fleet/terminal-state.js';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { policyQuery } from '../policy/policy-queries.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { Countdown, Money, ZonedClock } from '../ui/values.js';
import { IfNot } from './if-not.js';
import classes from './today.module.css';
import { type ClosingPhase, closingPhase, notClosed } from './today.rules.js';

const LOOKS = {
  open: { tone: 'ok', icon: DoorOpen },
  closing: { tone: 'info', icon: Moon },
  blocked: { tone: 'bad', icon: OctagonAlert },
  proven: { tone: 'ok', icon: BadgeCheck },
  unknown: { tone: 'quiet', icon: CircleHelp },
  closed: { tone: 'quiet', icon: DoorClosed },
} as const;

/** Tonight's closing of one store: the countdown, each terminal, and what happens if nobody does anything. */
export function ClosingCard({ store }: { store: StoreBoardFragment }) {
  const { t } = useTexts();
  const phase = closingPhase(store);
  const { tone, icon } = LOOKS[phase];
  return (
    <section className={`${ui.card} ${phase === 'blocked' ? classes.urgent : ''}`} data-testid={`tonight-${store.id}`} data-phase={phase}>
      <div className={ui.cardHead}>
        <h2 className={ui.cardTitle} style={{ margin: 0 }}>
          <Link to="/stores/$storeId" params={{ storeId: store.id }} className={classes.storeLink}>
            {store.name}
          </Link>
        </h2>
        <StateChip tone={tone} icon={icon}>
          {t(`phase.${phase}`)}
        </StateChip>
      </div>
      <Headline store={store} phase={phase} />
      <ul className={classes.list} aria-label={t('fleet.terminalsOf', { store: store.name })}>
        {store.terminals.map((terminal) => (
          <li key={terminal.id}>
            <Link
              to="/stores/$storeId/terminals/$terminalId"
              params={{ storeId: store.id, terminalId: terminal.id }}
              className={classes.terminalLink}
            >
              {terminal.name}
            </Link>
            <span className={classes.facing}>
              <PeripheralProblems terminal={terminal} plain />
              {terminal.unsettledCount > 0 ? <Money value={terminal.unsettled} /> : null}
              {isProven(terminal, store.businessDay) ? <ProofMark /> : <TerminalState state={tileState(terminal, store)} plain />}
            </span>
          </li>
        ))}
      </ul>
      {phase === 'open' || phase === 'unknown' ? <WhatIf store={store} /> : null}
    </section>
  );
}

function Headline({ store, phase }: { store: StoreBoardFragment; phase: ClosingPhase }) {
  const { t } = useTexts();
  const left = notClosed(store).length;
  if (phase === 'open' && store.closesAt) {
    return (
      <>
        <div className={classes.clock}>
          <Countdown to={store.closesAt} testId="closing-countdown" />
        </div>
        <p className={classes.by}>
          {t('today.closesAt')} <ZonedClock at={store.closesAt} timeZone={store.timeZone} /> · {t('today.atRisk')}{' '}
          <Money value={store.fundsAtRisk} />
        </p>
      </>
    );
  }
  if (phase === 'blocked') return <p className={classes.by}>{t('today.blocked', { count: left })}</p>;
  if (phase === 'closing') return <p className={classes.by}>{t('today.closing', { count: left })}</p>;
  if (phase === 'proven') return <p className={classes.by}>{t('today.proven')}</p>;
  if (phase === 'unknown') return <p className={classes.by}>{t('today.unknown')}</p>;
  return (
    <p className={classes.by}>
      {store.opensAt ? (
        <>
          {t('closing.opensAt')} <ZonedClock at={store.opensAt} timeZone={store.timeZone} />
        </>
      ) : (
        t('closing.closed')
      )}
    </p>
  );
}

function WhatIf({ store }: { store: StoreBoardFragment }) {
  const { t } = useTexts();
  const { data: policy } = useQuery({ ...policyQuery('store', store.id), retry: false });
  const automatic = policy?.values.find(({ key }) => key === 'settlement.automatic')?.value !== false;
  if (!isOnline(store)) return <IfNot>{t('ifNot.gatewayOffline')}</IfNot>;
  return <IfNot>{t(automatic ? 'ifNot.closingAutomatic' : 'ifNot.closingManual', { count: store.terminals.length })}</IfNot>;
}
