import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { StoreBoardFragment, TerminalBoardFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { Fact, Facts } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { Money, ZonedMoment } from '../ui/values.js';
import { isOnline, isProven, tileState } from './fleet.rules.js';
import { PeripheralProblems } from './peripheral-chip.js';
import classes from './store.module.css';
import { ProofMark, TerminalState } from './terminal-state.js';

/** Every terminal of a store with all that is known about it; the chosen one is marked and scrolled to. */
export function TerminalCards({ store, chosen }: { store: StoreBoardFragment; chosen: string | null }) {
  return (
    <div className={classes.grid}>
      {store.terminals.map((terminal) => (
        <TerminalCard key={terminal.id} terminal={terminal} store={store} chosen={terminal.id === chosen} />
      ))}
    </div>
  );
}

function TerminalCard({ terminal, store, chosen }: { terminal: TerminalBoardFragment; store: StoreBoardFragment; chosen: boolean }) {
  const { t } = useTexts();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    if (chosen) card.current?.scrollIntoView({ block: 'nearest' });
  }, [chosen]);
  const moment = (at: string | null) => (at ? <ZonedMoment at={at} timeZone={store.timeZone} hideZone /> : '–');
  return (
    <section
      ref={card}
      className={`${ui.card} ${classes.terminal}`}
      data-chosen={chosen}
      data-testid={`terminal-${terminal.id}`}
      aria-label={terminal.name}
    >
      <div className={ui.cardHead}>
        <div>
          <h2 className={ui.cardTitle} style={{ margin: 0 }}>
            <Link
              to="/stores/$storeId/terminals/$terminalId"
              params={{ storeId: store.id, terminalId: terminal.id }}
              className={classes.open}
              data-testid={`open-terminal-${terminal.id}`}
            >
              {terminal.name}
            </Link>
          </h2>
          <span className={`${ui.muted} ${ui.small}`}>{`${terminal.brand} ${terminal.model}`}</span>
        </div>
        <div className={classes.marks}>
          <PeripheralProblems terminal={terminal} />
          <TerminalState state={tileState(terminal, store)} />
        </div>
      </div>
      <Facts>
        <Fact name={t('terminal.power')}>{t(`power.${isOnline(store) ? terminal.power : 'unknown'}`)}</Fact>
        <Fact name={t('terminal.service')}>{t(`service.${isOnline(store) ? terminal.service : 'unknown'}`)}</Fact>
        <Fact name={t('terminal.signOn')}>{terminal.signedOn ? t('terminal.signedOn') : t('terminal.signedOff')}</Fact>
        <Fact name={t('terminal.operator')}>{terminal.operatorName ?? t('terminal.noOperator')}</Fact>
        <Fact name={t('terminal.unsettled')}>
          <Money value={terminal.unsettled} /> · {t('fleet.unsettledCount', { count: terminal.unsettledCount })}
        </Fact>
        <Fact name={t('terminal.lastUse')}>{moment(terminal.lastUseAt)}</Fact>
        <Fact name={t('terminal.lastSettled')}>{moment(terminal.lastSettledAt)}</Fact>
        <Fact name={t('terminal.reported')}>{moment(terminal.stateAt)}</Fact>
      </Facts>
      {isProven(terminal, store.businessDay) ? <ProofMark /> : null}
    </section>
  );
}
