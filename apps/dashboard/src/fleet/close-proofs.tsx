import { BadgeCheck, Check, Minus } from 'lucide-react';
import type { StoreBoardFragment } from '../graphql/generated/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { EmptyState, Fact, Facts } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money, ZonedMoment } from '../ui/values.js';
import classes from './store.module.css';
import { ProofMark } from './terminal-state.js';

/** The newest close proof of each terminal: every step with the journal entry that proves it. */
export function CloseProofs({ store }: { store: StoreBoardFragment }) {
  const { t } = useTexts();
  const proven = store.terminals.filter(({ closeProof }) => closeProof !== null);
  if (proven.length === 0) {
    return (
      <EmptyState icon={BadgeCheck} title={t('proof.noneTitle')}>
        {t('proof.noneText')}
      </EmptyState>
    );
  }
  return (
    <div className={classes.grid}>
      {proven.map(({ id, name, closeProof: proof }) =>
        proof ? (
          <section key={id} className={ui.card} data-testid={`proof-${id}`} aria-label={t('proof.of', { terminal: name })}>
            <div className={ui.cardHead}>
              <h2 className={ui.cardTitle} style={{ margin: 0 }}>
                {name}
              </h2>
              <ProofMark />
            </div>
            <Facts>
              <Fact name={t('store.businessDay')}>
                <BusinessDay day={proof.businessDay} />
              </Fact>
              <Fact name={t('proof.at')}>
                <ZonedMoment at={proof.provenAt} timeZone={store.timeZone} />
              </Fact>
              <Fact name={t('proof.totals')}>
                {proof.totals ? <Money value={proof.totals} /> : t('proof.nothingToSettle')}
                {proof.count === null ? null : ` · ${t('fleet.saleCount', { count: proof.count })}`}
              </Fact>
              <Fact name={t('proof.overnight')}>{textOrCode(t, 'overnight', proof.overnight)}</Fact>
            </Facts>
            <ol className={classes.steps}>
              {proof.steps.map(({ step, outcome, seq }) => (
                <li key={step} data-outcome={outcome}>
                  {outcome === 'done' ? <Check aria-hidden="true" /> : <Minus aria-hidden="true" />}
                  <span>
                    {textOrCode(t, 'closingStep', step)}
                    {outcome === 'done' ? null : <span className={ui.muted}> · {textOrCode(t, 'stepOutcome', outcome)}</span>}
                  </span>
                  <span className={classes.seq}>{t('proof.entry', { seq })}</span>
                </li>
              ))}
            </ol>
          </section>
        ) : null,
      )}
    </div>
  );
}
