import { execute } from '../graphql/client.js';
import { RevokeGatewayDocument } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { renewGateways } from './gateway-queries.js';
import type { GatewayRow } from './gateways-page.js';

/** Asks once, with what it means and why, before a gateway is shut out. */
export function RevokeDialog(props: { row: GatewayRow | null; storeName: (id: string) => string; close: () => void }) {
  const { t } = useTexts();
  const { row, close } = props;
  return (
    <Dialog
      opened={row !== null}
      close={close}
      title={row === null ? '' : t('gatewayPage.revokeTitle', { gateway: row.gatewayId })}
      testId="revoke-dialog"
    >
      {row === null ? null : <Confirm key={row.gatewayId} row={row} store={props.storeName(row.storeId)} close={close} />}
    </Dialog>
  );
}

function Confirm({ row, store, close }: { row: GatewayRow; store: string; close: () => void }) {
  const { t } = useTexts();
  const { storeId, gatewayId } = row;
  const send = async (reason: string) => {
    const { revokeGateway: answer } = await execute(RevokeGatewayDocument, { input: { storeId, gatewayId, reason: oneLine(reason) } });
    await renewGateways();
    if (answer.__typename !== 'GatewayEnrolment') return t(`refusal.${answer.code}`);
    tell('ok', t('gatewayPage.revoked', { gateway: gatewayId }));
    close();
    return undefined;
  };
  const reason = { label: t('gatewayPage.reason'), help: t('gatewayPage.reasonHelp'), missing: t('gatewayPage.reasonMissing') };
  return (
    <QuestionForm
      reason={{ ...reason, testId: 'revoke-reason' }}
      confirm={{ label: t('gatewayPage.revoke'), danger: true, testId: 'revoke-confirm' }}
      notSent={t('error.awayText')}
      send={send}
      close={close}
    >
      <p>{t('gatewayPage.revokeText', { store })}</p>
    </QuestionForm>
  );
}
