import { Button, Textarea } from '@mantine/core';
import { useState } from 'react';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import { RevokeGatewayDocument } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import dialog from '../incidents/incidents.module.css';
import { MOST_CHARACTERS, oneLine } from '../terminal/action.rules.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
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
  const [reason, setReason] = useState('');
  const [tried, setTried] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [revoking, setRevoking] = useState(false);
  const revoke = async () => {
    setRevoking(true);
    setProblem(null);
    try {
      const { revokeGateway: answer } = await execute(RevokeGatewayDocument, { input: { storeId, gatewayId, reason: oneLine(reason) } });
      await renewGateways();
      if (answer.__typename !== 'GatewayEnrolment') return setProblem(t(`refusal.${answer.code}`));
      tell('ok', t('gatewayPage.revoked', { gateway: gatewayId }));
      close();
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(t('error.awayText'));
    } finally {
      setRevoking(false);
    }
  };
  const missing = reason.trim() === '';
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing) event.currentTarget.querySelector('textarea')?.focus();
        else void revoke();
      }}
    >
      <div className={dialog.dialog}>
        <p>{t('gatewayPage.revokeText', { store })}</p>
        <Textarea
          label={t('gatewayPage.reason')}
          description={t('gatewayPage.reasonHelp')}
          required
          rows={2}
          maxLength={MOST_CHARACTERS.reason}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          error={tried && missing ? t('gatewayPage.reasonMissing') : undefined}
          data-testid="revoke-reason"
          data-autofocus
        />
        {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      </div>
      <div className={dialog.dialogButtons}>
        <Button variant="default" onClick={close}>
          {t('action.cancel')}
        </Button>
        <Button type="submit" color="danger" loading={revoking} data-testid="revoke-confirm">
          {t('gatewayPage.revoke')}
        </Button>
      </div>
    </form>
  );
}
