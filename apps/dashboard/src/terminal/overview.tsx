import { Check, Minus, Plug } from 'lucide-react';
import board from '../fleet/fleet.module.css';
import { isOnline, isProven } from '../fleet/fleet.rules.js';
import { PERIPHERAL_TONES, type Peripheral } from '../fleet/peripheral.rules.js';
import { PERIPHERAL_ICONS } from '../fleet/peripheral-chip.js';
import proofs from '../fleet/store.module.css';
import { PERIPHERAL_STATE_ICONS, ProofMark } from '../fleet/terminal-state.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { Card, Fact, Facts } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money, useSpanWords, ZonedClock, ZonedMoment } from '../ui/values.js';
import { ActionList } from './action-list.js';
import { LatestOrders } from './orders.js';
import classes from './terminal.module.css';
import type { TerminalAt } from './terminal-page.js';

/** How it stands at a glance; then its parts and its close proof on one side, what can be ordered and what was on the other. */
export function Overview({ at }: { at: TerminalAt }) {
  return (
    <>
      <Glance at={at} />
      <div className={classes.layout}>
        <div className={ui.stack}>
          <Peripherals at={at} />
          {at.terminal.observedTraffic ? <Traffic at={at} /> : null}
          <CloseProofOf at={at} />
          <Device at={at} />
        </div>
        <div className={ui.stack}>
          <LatestOrders at={at} />
          <ActionList at={at} />
        </div>
      </div>
    </>
  );
}

function Glance({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const moment = (instant: string) => <ZonedMoment at={instant} timeZone={store.timeZone} hideZone />;
  const known = isOnline(store);
  return (
    <dl className={board.summary} data-testid="terminal-state">
      <div>
        <dt>{t('terminal.power')}</dt>
        <dd>{t(`power.${known ? terminal.power : 'unknown'}`)}</dd>
        <dd>
          {known && terminal.power !== 'off' ? `${t(`service.${terminal.service}`)} · ` : null}
          {known ? t(`activity.${terminal.activity}`) : t('gateway.unknown')}
        </dd>
      </div>
      <div>
        <dt>{t('terminal.signOn')}</dt>
        <dd>{known ? t(terminal.signedOn ? 'terminal.signedOn' : 'terminal.signedOff') : t('power.unknown')}</dd>
        <dd>{terminal.operatorName ? t('terminal.atWork', { name: terminal.operatorName }) : t('terminal.nobodyAtWork')}</dd>
      </div>
      <div>
        <dt>{t('fleet.column.risk')}</dt>
        <dd data-testid="terminal-funds">
          <Money value={terminal.unsettled} />
        </dd>
        <dd>{t('fleet.unsettledCount', { count: terminal.unsettledCount })}</dd>
      </div>
      <div>
        <dt>{t('terminal.lastUse')}</dt>
        <dd>{terminal.lastUseAt ? <ZonedClock at={terminal.lastUseAt} timeZone={store.timeZone} hideZone /> : '–'}</dd>
        <dd>
          {terminal.lastSettledAt ? (
            <>
              {t('terminal.lastSettled')} {moment(terminal.lastSettledAt)}
            </>
          ) : (
            t('terminal.neverSettled')
          )}
        </dd>
      </div>
      <div>
        <dt>{t('terminal.reported')}</dt>
        <dd>{terminal.stateAt ? <ZonedClock at={terminal.stateAt} timeZone={store.timeZone} hideZone /> : '–'}</dd>
        <dd>{t('terminal.byGateway')}</dd>
      </div>
    </dl>
  );
}

function Peripherals({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  return (
    <Card title={t('peripheral.title')} testId="peripherals">
      {terminal.peripherals.length === 0 ? (
        <p className={classes.nothing}>
          <Plug aria-hidden="true" />
          {t('peripheral.none')}
        </p>
      ) : (
        <ul className={classes.peripherals}>
          {terminal.peripherals.map((peripheral) => (
            <PeripheralLine key={peripheral.kind} peripheral={peripheral} timeZone={store.timeZone} />
          ))}
        </ul>
      )}
    </Card>
  );
}

function PeripheralLine({ peripheral: { kind, state, since }, timeZone }: { peripheral: Peripheral; timeZone: string }) {
  const { t } = useTexts();
  const Icon = PERIPHERAL_ICONS[kind];
  return (
    <li data-testid={`peripheral-${kind}`} data-state={state}>
      <Icon aria-hidden="true" />
      <div>
        <strong>{t(`peripheral.kind.${kind}`)}</strong>
        {state === 'ready' || state === 'unknown' ? null : <p>{t(`peripheral.todo.${state}`)}</p>}
      </div>
      <div className={classes.since}>
        <StateChip tone={PERIPHERAL_TONES[state]} icon={PERIPHERAL_STATE_ICONS[state]}>
          {t(`peripheral.state.${state}`)}
        </StateChip>
        {since ? (
          <small>
            {t('peripheral.since')} <ZonedMoment at={since} timeZone={timeZone} hideZone />
          </small>
        ) : null}
      </div>
    </li>
  );
}

function Device({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const span = useSpanWords();
  const { device } = terminal;
  const skew = device?.clockSkewSeconds ?? null;
  return (
    <Card title={t('device.title')} testId="device" className={classes.later}>
      <Facts>
        <Fact name={t('device.registered')}>{`${terminal.brand} ${terminal.model}`}</Fact>
        <Fact name={t('device.protocol')}>{textOrCode(t, 'driver', terminal.driver)}</Fact>
        {device?.model ? <Fact name={t('device.model')}>{device.model}</Fact> : null}
        {device?.software ? <Fact name={t('device.software')}>{device.software}</Fact> : null}
        {device?.serial ? <Fact name={t('device.serial')}>{device.serial}</Fact> : null}
        {skew === null ? null : (
          <Fact name={t('device.clock')}>
            {Math.abs(skew) <= CLOCK_TOLERANCE_S
              ? t('device.clockRight')
              : t(skew > 0 ? 'device.clockAhead' : 'device.clockBehind', { span: span(Math.abs(skew) * 1000) })}
          </Fact>
        )}
        {device?.nextRebootAt ? (
          <Fact name={t('device.nextReboot')}>
            <ZonedMoment at={device.nextRebootAt} timeZone={store.timeZone} hideZone />
          </Fact>
        ) : null}
      </Facts>
      {device ? null : <p className={classes.note}>{t('device.none')}</p>}
    </Card>
  );
}

/** A reading of the clock is good to about ten seconds; a little more than that is no skew. */
const CLOCK_TOLERANCE_S = 30;

function CloseProofOf({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const proof = terminal.closeProof;
  if (!proof) {
    return (
      <Card title={t('proof.title')} testId="close-proof" className={classes.later}>
        <p className={classes.note}>{t('proof.noneText')}</p>
      </Card>
    );
  }
  return (
    <Card
      title={
        <span className={classes.titled}>
          {t('proof.title')}
          {isProven(terminal, store.businessDay) ? <ProofMark /> : null}
        </span>
      }
      testId="close-proof"
      className={classes.later}
    >
      <Facts>
        <Fact name={t('store.businessDay')}>
          <BusinessDay day={proof.businessDay} />
        </Fact>
        <Fact name={t('proof.at')}>
          <ZonedMoment at={proof.provenAt} timeZone={store.timeZone} hideZone />
        </Fact>
        <Fact name={t('proof.totals')}>
          {proof.totals ? <Money value={proof.totals} /> : t('proof.nothingToSettle')}
          {proof.count === null ? null : ` · ${t('fleet.saleCount', { count: proof.count })}`}
        </Fact>
        <Fact name={t('proof.overnight')}>{textOrCode(t, 'overnight', proof.overnight)}</Fact>
      </Facts>
      <ol className={proofs.steps}>
        {proof.steps.map(({ step, outcome, seq }) => (
          <li key={step} data-outcome={outcome}>
            {outcome === 'done' ? <Check aria-hidden="true" /> : <Minus aria-hidden="true" />}
            <span>
              {textOrCode(t, 'closingStep', step)}
              {outcome === 'done' ? null : <span className={ui.muted}> · {textOrCode(t, 'stepOutcome', outcome)}</span>}
            </span>
            <span className={proofs.seq}>{t('proof.entry', { seq })}</span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Traffic({ at: { store, terminal } }: { at: TerminalAt }) {
  const { t } = useTexts();
  const traffic = terminal.observedTraffic!;
  const moment = (instant: string | null) => (instant ? <ZonedMoment at={instant} timeZone={store.timeZone} hideZone /> : null);
  return (
    <Card title={t('traffic.title')} testId="traffic">
      <Facts>
        <Fact name={t('traffic.newest')}>
          {textOrCode(t, 'acquirerEvent', traffic.event)} · {moment(traffic.at)}
        </Fact>
        {traffic.sessionAt ? (
          <Fact name={t('terminal.signOn')}>
            {t(traffic.signedOn ? 'terminal.signedOn' : 'terminal.signedOff')} · {moment(traffic.sessionAt)}
          </Fact>
        ) : null}
        {traffic.settlement ? (
          <Fact name={t('traffic.settlement')}>
            {textOrCode(t, 'acquirerEvent', traffic.settlement)} · {moment(traffic.settlementAt)}
          </Fact>
        ) : null}
        {traffic.saleWithoutSignOnAt ? <Fact name={t('traffic.saleWithoutSignOn')}>{moment(traffic.saleWithoutSignOnAt)}</Fact> : null}
        {traffic.acquirerBatchNo ? <Fact name={t('traffic.batch')}>{traffic.acquirerBatchNo}</Fact> : null}
        {traffic.merchantNumber ? <Fact name={t('traffic.merchant')}>{traffic.merchantNumber}</Fact> : null}
      </Facts>
    </Card>
  );
}
