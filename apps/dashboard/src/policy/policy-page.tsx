import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { SlidersHorizontal } from 'lucide-react';
import { useState } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import type { PolicyDocumentFieldsFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { Card, EmptyState, ErrorState, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import classes from './policy.module.css';
import { type Draft, edited, groupOf, SETTING_GROUPS } from './policy.rules.js';
import { catalogueQuery, policyQuery, type Setting } from './policy-queries.js';
import { ReviewDialog } from './review-dialog.js';
import { Rollout } from './rollout.js';
import { SettingRow } from './setting-row.js';

const route = getRouteApi('/signed-in/policy');

/** The policy of the chain or of one store: what is in force, who set it, changes with reason and consequence, and who has applied it. */
export function PolicyPage() {
  const { t } = useTexts();
  const { store } = route.useSearch();
  const catalogue = useQuery(catalogueQuery);
  const policy = useQuery(policyQuery(store === undefined ? 'chain' : 'store', store ?? null));
  const failed = [catalogue, policy].find((query) => query.error !== null && query.data === undefined);
  return (
    <>
      <PageHeader title={t('nav.policy')} lead={t('policy.lead')} />
      <div className={classes.layout}>
        <div>
          <LevelChoice />
          {failed ? <ErrorState error={failed.error} retry={() => void failed.refetch()} /> : null}
          {!failed && (catalogue.isPending || policy.isPending) ? <Skeletons rows={5} height={96} /> : null}
          {policy.data === null ? (
            <EmptyState icon={SlidersHorizontal} title={t('policy.unknownTitle')}>
              {t('policy.unknownText')}
            </EmptyState>
          ) : null}
          {catalogue.data && policy.data ? (
            <Editor key={policy.data.storeId ?? 'chain'} catalogue={catalogue.data} document={policy.data} />
          ) : null}
        </div>
        <div className={classes.rollout}>
          <Rollout />
        </div>
      </div>
    </>
  );
}

function LevelChoice() {
  const { t } = useTexts();
  const { store } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: fleet } = useQuery(fleetQuery);
  return (
    <NativeSelect
      className={classes.level ?? ''}
      label={t('policy.level')}
      value={store ?? ''}
      onChange={(event) => void navigate({ search: event.currentTarget.value === '' ? {} : { store: event.currentTarget.value } })}
      data={[{ value: '', label: t('policy.wholeChain') }, ...(fleet ?? []).map(({ id, name }) => ({ value: id, label: name }))]}
      data-testid="policy-level"
    />
  );
}

function Editor({ catalogue, document }: { catalogue: readonly Setting[]; document: PolicyDocumentFieldsFragment }) {
  const { t } = useTexts();
  const me = useMe();
  const [draft, setDraft] = useState<Draft>({});
  const [review, setReview] = useState(false);
  const count = Object.keys(draft).length;
  const change = (key: string, value: unknown) => setDraft((before) => edited(before, key, value, document));
  const forget = (key: string) => setDraft(({ [key]: _gone, ...others }) => others);
  return (
    <>
      <p className={`${ui.muted} ${ui.small}`} data-testid="policy-version">
        {t('policy.version', { version: document.version })} · <ZonedMoment at={document.updatedAt} />
        {document.updatedBy ? ` · ${t('policy.by', { name: document.updatedBy })}` : null}
      </p>
      <div className={ui.stack}>
        {SETTING_GROUPS.map((group) => {
          const settings = catalogue.filter(({ key }) => groupOf(key) === group);
          return settings.length === 0 ? null : (
            <Card key={group} title={t(`policy.group.${group}`)}>
              <ul className={classes.settings}>
                {settings.map((setting) => (
                  <SettingRow
                    key={`${setting.key} ${document.version}`}
                    setting={setting}
                    document={document}
                    drafted={draft[setting.key]}
                    isDrafted={setting.key in draft}
                    mayEdit={me.role === 'hq' && (document.level === 'chain' || setting.overridable)}
                    change={change}
                    forget={forget}
                  />
                ))}
              </ul>
            </Card>
          );
        })}
      </div>
      {count > 0 ? (
        <section className={classes.bar} aria-label={t('policy.pending', { count })} data-testid="policy-bar">
          <strong>{t('policy.pending', { count })}</strong>
          <span className={classes.valueRow}>
            <Button variant="default" onClick={() => setDraft({})} data-testid="policy-discard">
              {t('policy.discard')}
            </Button>
            <Button onClick={() => setReview(true)} data-testid="policy-review">
              {t('policy.review')}
            </Button>
          </span>
        </section>
      ) : null}
      <ReviewDialog
        opened={review}
        close={() => setReview(false)}
        done={() => {
          setReview(false);
          setDraft({});
        }}
        catalogue={catalogue}
        document={document}
        draft={draft}
      />
    </>
  );
}
