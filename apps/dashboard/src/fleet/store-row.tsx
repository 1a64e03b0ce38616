import { Link } from '@tanstack/react-router';
import { CircleAlert, CircleHelp, Clock, Printer, Radio, SlidersHorizontal, TriangleAlert } from 'lucide-react';
import { memo } from 'react';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { StateChip } from '../ui/state-chip.js';
import { Countdown, Money, ZonedClock } from '../ui/values.js';
import classes from './fleet.module.css';
import { type Concern, isOnline, isProblem, isProven, tileState } from './fleet.rules.js';
import { onlyProblem } from './peripheral.rules.js';
import { PeripheralProblems } from './peripheral-chip.js';
import { ProofMark, TerminalState } from './terminal-state.js';

const CONCERN_LOOKS = {
  incidents: { tone: 'bad', icon: TriangleAlert },
  closeBlocked: { tone: 'bad', icon: CircleAlert },
  leftOn: { tone: 'bad', icon: CircleAlert },
  gatewayOffline: { tone: 'quiet', icon: CircleHelp },
  terminalTrouble: { tone: 'warn', icon: TriangleAlert },
  peripheralBroken: { tone: 'warn', icon: Printer },
  policyRefused: { tone: 'warn', icon: SlidersHorizontal },
  closingSoon: { tone: 'warn', icon: Clock },
} as const;

const SEVERE: readonly Concern[] = ['incidents', 'closeBlocked', 'leftOn'];

/** One store of the board: who it is, its terminals, the money at risk, its closing. Renders again only when its own data changes. */
export const StoreRow = memo(function StoreRow({ store, concerns }: { store: StoreBoardFragment; concerns: readonly Concern[] }) {
  const { t } = useTexts();
  const urgent = concerns.some((concern) => SEVERE.includes(concern)) ? 'true' : isProblem(concerns) ? 'mild' : 'false';
  return (
    <li className={classes.row} data-testid={`store-${store.id}`} data-urgent={urgent}>
      <div>
        <h2 className={classes.name}>
          <Link to="/stores/$storeId" params={{ storeId: store.id }}>
            {store.name}
          </Link>
        </h2>
        <p className={classes.place}>
          {store.city}
          {isOnline(store) ? (
            <StateChip tone="quiet" icon={Radio} plain>
              {t('gateway.online')}
            </StateChip>
          ) : null}
        </p>
        <div className={classes.chips}>
          {concerns.map((concern) => (
            <ConcernChip key={concern} concern={concern} store={store} />
          ))}
        </div>
      </div>
      <ul className={classes.tiles} aria-label={t('fleet.terminalsOf', { store: store.name })}>
        {store.terminals.map((terminal) => {
          const state = tileState(terminal, store);
          return (
            <li key={terminal.id}>
              <Link
                className={classes.tile}
                to="/stores/$storeId/terminals/$terminalId"
                params={{ storeId: store.id, terminalId: terminal.id }}
                data-testid={`terminal-${terminal.id}`}
                data-state={state}
              >
                <span className={classes.tileName} title={terminal.name}>
                  {terminal.name}
                </span>
                <span className={classes.tileState}>
                  <TerminalState state={state} plain />
                  {isProven(terminal, store.businessDay) ? <ProofMark /> : null}
                  {terminal.unsettledCount > 0 ? (
                    <span className={classes.tileMoney}>
                      <Money value={terminal.unsettled} />
                    </span>
                  ) : null}
                  <PeripheralProblems terminal={terminal} plain />
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
      <div className={classes.risk}>
        <span className={classes.label}>{t('fleet.column.risk')}</span>
        <strong data-testid="funds-at-risk">
          <Money value={store.fundsAtRisk} />
        </strong>
        <span className={classes.small}>
          {t('fleet.unsettledCount', { count: store.terminals.reduce((sum, terminal) => sum + terminal.unsettledCount, 0) })}
        </span>
      </div>
      <ClosingCell store={store} />
    </li>
  );
});

function ConcernChip({ concern, store }: { concern: Concern; store: StoreBoardFragment }) {
  const { t } = useTexts();
  const { tone, icon } = CONCERN_LOOKS[concern];
  const broken = onlyProblem(store.terminals);
  const chip = (
    <StateChip tone={tone} icon={icon}>
      {concern === 'incidents'
        ? t('concern.openIncidents', { count: store.openIncidents })
        : concern === 'peripheralBroken' && broken
          ? t('peripheral.told', { kind: t(`peripheral.kind.${broken.kind}`), state: t(`peripheral.state.${broken.state}`) })
          : t(`concern.${concern}`)}
    </StateChip>
  );
  if (concern !== 'incidents') return chip;
  return (
    <Link to="/incidents" search={{ store: store.id }}>
      {chip}
    </Link>
  );
}

/** Time to close while the store is open; after that, what the closing proved. */
export function ClosingCell({ store }: { store: StoreBoardFragment }) {
  const { t } = useTexts();
  const { closing, closesAt, opensAt, timeZone } = store;
  const closed = closing && closing.businessDay === store.businessDay;
  return (
    <div className={classes.closing} data-testid={`closing-${store.id}`}>
      <span className={classes.label}>{t('fleet.column.closing')}</span>
      {closed ? (
        <>
          <strong>{t('closing.proven', { proven: closing.proven, total: closing.proven + closing.blocked + closing.running })}</strong>
          <span className={classes.small}>
            {closing.blocked > 0 ? t('closing.blocked', { count: closing.blocked }) : null}
            {closing.blocked > 0 && closing.running > 0 ? ' · ' : null}
            {closing.running > 0 ? t('closing.running', { count: closing.running }) : null}
            {closing.running === 0 && closing.blocked === 0 && closing.finishedAt ? (
              <>
                {t('closing.finishedAt')} <ZonedClock at={closing.finishedAt} timeZone={timeZone} />
              </>
            ) : null}
          </span>
        </>
      ) : closesAt && store.isOpen ? (
        <>
          <strong>
            <Countdown to={closesAt} />
          </strong>
          <span className={classes.small}>
            {t('closing.at')} <ZonedClock at={closesAt} timeZone={timeZone} />
          </span>
        </>
      ) : (
        <>
          <strong>{t('closing.closed')}</strong>
          {opensAt ? (
            <span className={classes.small}>
              {t('closing.opensAt')} <ZonedClock at={opensAt} timeZone={timeZone} />
            </span>
          ) : null}
        </>
      )}
    </div>
  );
}
