import { useQuery } from '@tanstack/react-query';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { formatMoney } from '../format/money.js';
import type { FleetActionPreviewQuery, TerminalAction } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { Notice } from '../ui/blocks.js';
import { FLEET_ACTIONS } from './selection.rules.js';
import { whereWords } from './words.js';

/** What the server says an action would mean. */
export type Preview = Extract<FleetActionPreviewQuery['fleetActionPreview'], { __typename: 'FleetActionPreview' }>;

/** What will happen to what, what money is on it, what can't be asked, and whether somebody else has to agree. */
export function Effect({ action, preview }: { action: TerminalAction; preview: Preview }) {
  const { t, locale } = useTexts();
  const known = FLEET_ACTIONS.find((each) => each === action);
  const amounts = preview.unsettledSums.map((money) => formatMoney(money, locale)).join(t('list.separator'));
  return (
    <>
      {known && preview.terminals > 0 ? (
        <p data-testid="ask-what">{t(`approval.effect.${known}`, { where: whereWords(t, preview.terminals, preview.stores) })}</p>
      ) : null}
      {preview.unsettledTerminals > 0 ? (
        <Notice tone="warn" testId="ask-unsettled">
          {t('approval.unsettled', { amounts, count: preview.unsettledTerminals })}
        </Notice>
      ) : preview.terminals > 0 ? (
        <p>{t('approval.nothingUnsettled')}</p>
      ) : null}
      {preview.offline > 0 ? <Notice tone="info">{t('approval.offline', { count: preview.offline })}</Notice> : null}
      <Blocked preview={preview} />
      {preview.terminals === 0 ? null : (
        <Notice tone="info" testId={preview.secondPerson ? 'ask-waits' : 'ask-at-once'}>
          {preview.secondPerson ? t('approval.waitsForSecond') : t('approval.atOnce', { count: preview.limit })}
        </Notice>
      )}
    </>
  );
}

function Blocked({ preview: { blocked } }: { preview: Preview }) {
  const { t } = useTexts();
  const { data: stores } = useQuery(fleetQuery);
  if (blocked.length === 0) return null;
  const name = (storeId: string, terminalId: string) => {
    const store = stores?.find(({ id }) => id === storeId);
    return store?.terminals.find(({ id }) => id === terminalId)?.name ?? terminalId;
  };
  return (
    <Notice tone="info" title={t('approval.blocked', { count: blocked.length })} testId="ask-blocked">
      <p>{blocked.map(({ storeId, terminalId }) => name(storeId, terminalId)).join(t('list.separator'))}</p>
    </Notice>
  );
}
