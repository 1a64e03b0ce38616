import { Button } from '@mantine/core';
import { useState } from 'react';
import { execute } from '../graphql/client.js';
import { NotReachable } from '../graphql/failures.js';
import { IssueClaimDocument, type IssueClaimMutation } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import dialog from '../incidents/incidents.module.css';
import { copyText } from '../terminal/copy-text.js';
import { tell } from '../ui/announcer.js';
import { Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import ui from '../ui/ui.module.css';
import { Countdown } from '../ui/values.js';
import { renewGateways } from './gateway-queries.js';
import classes from './gateways.module.css';
import type { GatewayRow } from './gateways-page.js';

type Claim = Extract<IssueClaimMutation['issueClaim'], { __typename: 'IssuedClaim' }>;

/** Issues a claim and shows it, once: it is in no list, no address and no storage, and gone when the dialog closes. */
export function ClaimDialog(props: { row: GatewayRow | null; storeName: (id: string) => string; close: () => void }) {
  const { t } = useTexts();
  const { row, close } = props;
  const store = row === null ? '' : props.storeName(row.storeId);
  return (
    <Dialog opened={row !== null} close={close} title={t('gatewayPage.claimTitle', { store })} testId="claim-dialog">
      {row === null ? null : <Steps key={row.gatewayId} row={row} close={close} />}
    </Dialog>
  );
}

function Steps({ row, close }: { row: GatewayRow; close: () => void }) {
  const { t } = useTexts();
  const [claim, setClaim] = useState<Claim | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [issuing, setIssuing] = useState(false);
  const issue = async () => {
    setIssuing(true);
    setProblem(null);
    try {
      const { issueClaim: answer } = await execute(IssueClaimDocument, { storeId: row.storeId });
      if (answer.__typename === 'IssuedClaim') setClaim(answer);
      else setProblem(t(`refusal.${answer.code}`));
      await renewGateways();
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(t('error.awayText'));
    } finally {
      setIssuing(false);
    }
  };
  if (claim) return <Shown claim={claim} close={close} />;
  return (
    <>
      <div className={dialog.dialog}>
        <p>{t('gatewayPage.issueText')}</p>
        {row.state === 'active' || row.state === 'expired' ? (
          <Notice tone="warn">{t('gatewayPage.issueReplaces', { gateway: row.gatewayId })}</Notice>
        ) : null}
        {problem === null ? null : <Notice tone="bad">{problem}</Notice>}
      </div>
      <div className={dialog.dialogButtons}>
        <Button variant="default" onClick={close}>
          {t('action.cancel')}
        </Button>
        <Button onClick={() => void issue()} loading={issuing} data-testid="claim-confirm" data-autofocus>
          {t('gatewayPage.issue')}
        </Button>
      </div>
    </>
  );
}

function Shown({ claim, close }: { claim: Claim; close: () => void }) {
  const { t } = useTexts();
  const command = `tillward-edge enroll --core ${location.origin} --claim ${claim.claim}`;
  const copy = async () => {
    const copied = await copyText(command);
    tell(copied ? 'ok' : 'warn', t(copied ? 'gatewayPage.copied' : 'gatewayPage.notCopied'));
  };
  return (
    <>
      <div className={dialog.dialog} role="status">
        <p>
          <Countdown to={claim.expiresAt} />
        </p>
        <p className={classes.claim} data-testid="claim">
          {claim.claim}
        </p>
        <p>{t('gatewayPage.claimText')}</p>
        <p className={`${ui.mono} ${classes.command}`}>{command}</p>
      </div>
      <div className={dialog.dialogButtons}>
        <Button variant="default" onClick={() => void copy()} data-testid="claim-copy">
          {t('gatewayPage.copy')}
        </Button>
        <Button onClick={close} data-testid="claim-done">
          {t('action.close')}
        </Button>
      </div>
    </>
  );
}
