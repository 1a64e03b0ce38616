import { Button } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Ban, CircleCheck, CircleDashed, Clock, type LucideIcon, Router as RouterIcon } from 'lucide-react';
import { useState } from 'react';
import { useNow } from '../app/clock.js';
import { fleetQuery } from '../fleet/fleet-queries.js';
import type { EnrolmentState, GatewayEnrolmentFieldsFragment } from '../graphql/generated/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { EmptyState, ErrorState, LoadMore, PageHeader, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { Day, useSpanWords, ZonedClock } from '../ui/values.js';
import { ClaimDialog } from './claim-dialog.js';
import { gatewaysQuery } from './gateway-queries.js';
import classes from './gateways.module.css';
import { RevokeDialog } from './revoke-dialog.js';

/** A gateway's right to connect. */
export type GatewayRow = GatewayEnrolmentFieldsFragment;

const LOOKS: Record<EnrolmentState, { tone: ChipTone; icon: LucideIcon }> = {
  active: { tone: 'ok', icon: CircleCheck },
  expired: { tone: 'warn', icon: Clock },
  revoked: { tone: 'bad', icon: Ban },
  notEnrolled: { tone: 'quiet', icon: CircleDashed },
};

/** A gateway and what somebody wants to do about it. */
interface Asked {
  readonly what: 'claim' | 'revoke';
  readonly row: GatewayRow;
}

/** Which gateways may connect; HQ lets them in and out, auditors look on. */
export function GatewaysPage() {
  const { t } = useTexts();
  const [asked, setAsked] = useState<Asked | null>(null);
  const { data: stores } = useQuery(fleetQuery);
  const query = useInfiniteQuery(gatewaysQuery);
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  const storeName = (id: string) => stores?.find((store) => store.id === id)?.name ?? id;
  const columns = useColumns(storeName, setAsked);
  const close = () => setAsked(null);
  return (
    <>
      <PageHeader title={t('gatewayPage.title')} lead={t('gatewayPage.lead')} />
      {query.isPending ? <Skeletons rows={4} height={64} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState icon={RouterIcon} title={t('gatewayPage.noneTitle')}>
          {t('gatewayPage.noneText')}
        </EmptyState>
      ) : null}
      {rows.length === 0 ? null : (
        <>
          <Rows
            rows={rows}
            columns={columns}
            rowKey={({ storeId, gatewayId }) => `${storeId}/${gatewayId}`}
            label={t('gatewayPage.title')}
            testId="gateways"
          />
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.totalCount ?? rows.length}
          />
        </>
      )}
      <ClaimDialog row={asked?.what === 'claim' ? asked.row : null} storeName={storeName} close={close} />
      <RevokeDialog row={asked?.what === 'revoke' ? asked.row : null} storeName={storeName} close={close} />
    </>
  );
}

function useColumns(storeName: (id: string) => string, ask: (asked: Asked) => void): Column<GatewayRow>[] {
  const { t } = useTexts();
  const me = useMe();
  const columns: Column<GatewayRow>[] = [
    { key: 'store', header: t('gatewayPage.store'), head: true, cell: ({ storeId }) => <strong>{storeName(storeId)}</strong> },
    { key: 'state', header: t('gatewayPage.state'), head: true, cell: (row) => <RightToConnect row={row} /> },
    {
      key: 'gateway',
      header: t('gatewayPage.gateway'),
      cell: ({ gatewayId }) => <span className={`${ui.mono} ${classes.whole}`}>{gatewayId}</span>,
    },
    { key: 'age', header: t('gatewayPage.age'), cell: ({ certificate }) => (certificate ? <Age since={certificate.issuedAt} /> : '–') },
    { key: 'until', header: t('gatewayPage.until'), cell: ({ certificate }) => (certificate ? <Day at={certificate.notAfter} /> : '–') },
    {
      key: 'claim',
      header: t('gatewayPage.claim'),
      cell: ({ claimUntil }) => (claimUntil === null ? '–' : <ClaimUntil at={claimUntil} />),
    },
  ];
  if (me.role !== 'hq') return columns;
  return [...columns, { key: 'actions', header: t('action.title'), cell: (row) => <Buttons row={row} ask={ask} /> }];
}

function RightToConnect({ row: { state, certificate } }: { row: GatewayRow }) {
  const { t } = useTexts();
  const { tone, icon } = LOOKS[state];
  return (
    <>
      <span className={classes.whole}>
        <StateChip tone={tone} icon={icon} testId="enrolment-state">
          {t(`enrolmentState.${state}`)}
        </StateChip>
      </span>
      {state === 'expired' ? <p className={`${ui.muted} ${ui.small} ${classes.help}`}>{t('enrolmentState.expiredHelp')}</p> : null}
      {state === 'revoked' && certificate?.revokedReason ? (
        <p className={`${ui.muted} ${ui.small} ${classes.help}`}>{certificate.revokedReason}</p>
      ) : null}
    </>
  );
}

function Age({ since }: { since: string }) {
  const { t } = useTexts();
  const words = useSpanWords();
  const age = useNow() - Date.parse(since);
  return (
    <>
      <Day at={since} />
      <br />
      <span className={`${ui.muted} ${ui.small}`}>{t('span.ago', { span: words(-Math.max(0, age)) })}</span>
    </>
  );
}

function ClaimUntil({ at }: { at: string }) {
  const { t } = useTexts();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return (
    <span data-testid="claim-until">
      {t('gatewayPage.claimUntil')} <ZonedClock at={at} timeZone={zone} hideZone />
    </span>
  );
}

function Buttons({ row, ask }: { row: GatewayRow; ask: (asked: Asked) => void }) {
  const { t } = useTexts();
  const canRevoke = row.state === 'active' || row.state === 'expired';
  return (
    <div className={classes.buttons}>
      <Button variant="default" size="sm" onClick={() => ask({ what: 'claim', row })} data-testid={`issue-${row.gatewayId}`}>
        {t('gatewayPage.issue')}
      </Button>
      {canRevoke ? (
        <Button variant="default" size="sm" onClick={() => ask({ what: 'revoke', row })} data-testid={`revoke-${row.gatewayId}`}>
          {t('gatewayPage.revoke')}
        </Button>
      ) : null}
    </div>
  );
}
