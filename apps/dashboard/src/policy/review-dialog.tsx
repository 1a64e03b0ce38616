import { Button, Textarea } from '@mantine/core';
import { useQueries, useQuery } from '@tanstack/react-query';
import { ArrowRight } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { serverNow } from '../app/clock.js';
import { queryClient } from '../app/query-client.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import { type PolicyDocumentFieldsFragment, UpdatePolicyDocument } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { Countdown, ZonedClock } from '../ui/values.js';
import classes from './policy.module.css';
import { changesOf, type Draft, effectsOf, type StoreEffect } from './policy.rules.js';
import { policyQuery, type Setting } from './policy-queries.js';
import { settingTitle, valueText } from './setting-value.js';

/** Beyond this many stores their own policies are not all loaded just to name exceptions. */
const MOST_STORES_LOOKED_AT = 50;

interface Props {
  opened: boolean;
  close: () => void;
  done: () => void;
  catalogue: readonly Setting[];
  document: PolicyDocumentFieldsFragment;
  draft: Draft;
}

type Problem = { kind: 'conflict'; version: number } | { kind: 'refused'; text: string } | { kind: 'away' } | { kind: 'fault' };

/** Asks once: what changes, what will happen to which store, and why. A change somebody else made meanwhile is shown, never overwritten unseen. */
export function ReviewDialog(props: Props) {
  const { t } = useTexts();
  return (
    <Dialog opened={props.opened} close={props.close} shape="wide" title={t('policy.reviewTitle')} testId="policy-dialog">
      <Review {...props} />
    </Dialog>
  );
}

function useApply({ document, draft, done, catalogue }: Props) {
  const { t, language } = useTexts();
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const { level, storeId } = document;

  const send = async (reason: string): Promise<Problem | null> => {
    const { updatePolicy } = await execute(UpdatePolicyDocument, {
      input: { level, storeId, expectedVersion: document.version, changes: changesOf(draft), reason },
    });
    if (updatePolicy.__typename === 'PolicyDocument') {
      queryClient.setQueryData(policyQuery(level, storeId).queryKey, updatePolicy);
      tell('ok', t('policy.saved', { version: updatePolicy.version }));
      void queryClient.invalidateQueries({ queryKey: ['policy'] });
      void queryClient.invalidateQueries({ queryKey: ['policyStatus'] });
      void queryClient.invalidateQueries({ queryKey: fleetQuery.queryKey });
      done();
      return null;
    }
    if (updatePolicy.__typename === 'VersionConflict') {
      await queryClient.refetchQueries({ queryKey: policyQuery(level, storeId).queryKey });
      return { kind: 'conflict', version: updatePolicy.currentVersion };
    }
    const field =
      updatePolicy.__typename === 'InvalidInput'
        ? updatePolicy.field
        : updatePolicy.__typename === 'SettingLocked'
          ? updatePolicy.key
          : null;
    const setting = catalogue.find(({ key }) => field?.endsWith(key));
    const sentence = t(`refusal.${updatePolicy.code}`);
    return { kind: 'refused', text: setting ? t('policy.refusedSetting', { title: settingTitle(setting, language), sentence }) : sentence };
  };

  const apply = async (reason: string) => {
    setBusy(true);
    setProblem(null);
    try {
      setProblem(await send(reason));
    } catch (failure) {
      setProblem({ kind: failure instanceof NotReachable ? 'away' : 'fault' });
    } finally {
      setBusy(false);
    }
  };
  return { problem, busy, apply };
}

function Review(props: Props) {
  const { t } = useTexts();
  const [reason, setReason] = useState('');
  const [missing, setMissing] = useState(false);
  const { problem, busy, apply } = useApply(props);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (reason.trim() === '') return setMissing(true);
    void apply(oneLine(reason));
  };
  return (
    <form className={classes.dialog} onSubmit={submit} noValidate>
      <Changes {...props} />
      <Effects {...props} />
      <Textarea
        label={t('policy.reason')}
        description={t('policy.reasonHelp')}
        required
        value={reason}
        onChange={(event) => {
          setReason(event.currentTarget.value);
          setMissing(false);
        }}
        error={missing ? t('step.reasonMissing') : undefined}
        rows={2}
        maxLength={400}
        data-autofocus
        data-testid="policy-reason"
      />
      <div role="alert">{problem ? <ProblemNotice problem={problem} /> : null}</div>
      <div className={classes.valueRow} style={{ justifyContent: 'flex-end' }}>
        <Button variant="default" onClick={props.close}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" loading={busy} data-testid="policy-apply">
          {problem?.kind === 'conflict' ? t('policy.applyAnyway') : t('policy.apply')}
        </Button>
      </div>
    </form>
  );
}

function ProblemNotice({ problem }: { problem: Problem }) {
  const { t } = useTexts();
  switch (problem.kind) {
    case 'conflict':
      return (
        <Notice tone="warn" title={t('policy.conflictTitle', { version: problem.version })} testId="policy-conflict">
          <p>{t('policy.conflictText')}</p>
        </Notice>
      );
    case 'refused':
      return <Notice tone="bad">{problem.text}</Notice>;
    case 'away':
      return <Notice tone="warn">{t('policy.notSaved')}</Notice>;
    case 'fault':
      return <Notice tone="bad">{t('error.faultText')}</Notice>;
  }
}

function Changes({ catalogue, document, draft }: Props) {
  const { t, language } = useTexts();
  return (
    <div>
      <h3>{t('policy.changes')}</h3>
      <ul className={classes.changes} data-testid="policy-changes">
        {catalogue
          .filter(({ key }) => key in draft)
          .map((setting) => {
            const before = document.values.find(({ key }) => key === setting.key)?.value;
            const after = draft[setting.key];
            return (
              <li key={setting.key}>
                <strong>{settingTitle(setting, language)}</strong>
                <div className={classes.fromTo}>
                  <s>{valueText(setting, before, t, language)}</s>
                  <ArrowRight aria-label={t('policy.becomes')} />
                  <span>{after === null ? t('policy.willInherit') : valueText(setting, after, t, language)}</span>
                </div>
              </li>
            );
          })}
      </ul>
    </div>
  );
}

function Effects({ document, draft }: Props) {
  const { t } = useTexts();
  const { data: stores = [] } = useQuery(fleetQuery);
  const looked = document.level === 'chain' ? stores.slice(0, MOST_STORES_LOOKED_AT) : [];
  const policies = useQueries({ queries: looked.map(({ id }) => policyQuery('store', id)) });
  const chain = useQuery({ ...policyQuery('chain', null), enabled: document.level === 'store' });
  const own = new Map(
    policies.map(({ data }, at) => [looked[at]?.id ?? '', new Set(data?.values.filter(({ setHere }) => setHere).map(({ key }) => key))]),
  );
  const chainClose = chain.data?.values.find(({ key }) => key === 'hours.close')?.value;
  const effects = effectsOf(
    draft,
    { storeId: document.storeId, closingTimeOf: () => (typeof chainClose === 'string' ? chainClose : undefined) },
    stores,
    own,
  );
  // Until a store's own values are known, its effect would be a guess.
  if (policies.some(({ isPending }) => isPending)) return <Skeletons rows={3} height={48} />;
  const reached = effects.filter(({ untouched }) => !untouched);
  const terminals = reached.reduce((sum, { store }) => sum + store.terminals.length, 0);
  return (
    <div>
      <h3>{t('policy.effects')}</h3>
      <p>
        {t('policy.reaches', {
          stores: t('policy.storeCount', { count: reached.length }),
          terminals: t('policy.terminalCount', { count: terminals }),
        })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard (WCAG 2.1.1) */}
      <ul className={classes.effects} tabIndex={0} aria-label={t('policy.effects')} data-testid="policy-effects">
        {effects.map((effect) => (
          <EffectRow key={effect.store.id} effect={effect} />
        ))}
      </ul>
    </div>
  );
}

function EffectRow({ effect }: { effect: StoreEffect }) {
  const { t } = useTexts();
  const { store, closesAtMs } = effect;
  const now = closesAtMs !== null && store.isOpen && closesAtMs <= serverNow();
  const past = closesAtMs !== null && !store.isOpen && closesAtMs <= serverNow();
  const at = closesAtMs === null ? null : new Date(closesAtMs).toISOString();
  return (
    <li data-testid={`effect-${store.id}`}>
      <strong>{store.name}</strong>
      <div>{effect.untouched ? t('policy.keepsOwn') : effect.online ? t('policy.atOnce') : t('policy.whenBackLong')}</div>
      {at && !effect.untouched ? (
        <div>
          {past ? (
            t('policy.closedTonight')
          ) : now ? (
            <Notice tone="warn">
              {t('policy.closesNow', { terminals: t('policy.terminalCount', { count: store.terminals.length }) })}
            </Notice>
          ) : (
            <>
              {t('policy.closesTonight')} <ZonedClock at={at} timeZone={store.timeZone} /> (<Countdown to={at} />)
            </>
          )}
        </div>
      ) : null}
    </li>
  );
}
