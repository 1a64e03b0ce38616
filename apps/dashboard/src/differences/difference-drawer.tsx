import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleHelp } from 'lucide-react';
import { useState } from 'react';
import { fleetQuery } from '../fleet/fleet-queries.js';
import { formatMoney } from '../format/money.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { EmptyState, ErrorState, Fact, Facts, Notice, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, ZonedMoment } from '../ui/values.js';
import { ActDialog, type ActKind } from './act-dialog.js';
import { actsFor } from './difference.rules.js';
import { type DifferenceDetail, differenceQuery } from './difference-queries.js';
import { DifferenceStateChip, useOwner } from './difference-states.js';
import classes from './differences.module.css';
import { eventDetail } from './history.rules.js';
import { type RemedyChoice, RemedyDialog } from './remedy-dialog.js';
import { Sides } from './sides.js';

const route = getRouteApi('/signed-in/settlement/differences');

/** One difference: both sides beside each other, its history, and what can be done. Which one stands in the address. */
export function DifferenceDrawer() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data: difference, error, isPending, refetch } = useQuery({ ...differenceQuery(search.d ?? ''), enabled: search.d !== undefined });
  const close = () => {
    const { d: _closed, ...rest } = search;
    void navigate({ search: rest, replace: true, resetScroll: false });
  };
  return (
    <Dialog
      opened={search.d !== undefined}
      close={close}
      shape="side"
      title={difference ? t(`difference.kind.${difference.type}`) : t('difference.title')}
      testId="difference-drawer"
    >
      {search.d === undefined ? null : isPending ? (
        <Skeletons rows={3} height={96} />
      ) : error && difference === undefined ? (
        <ErrorState error={error} retry={() => void refetch()} />
      ) : difference ? (
        <Detail key={difference.id} difference={difference} />
      ) : (
        <EmptyState icon={CircleHelp} title={t('filter.nothingTitle')} />
      )}
    </Dialog>
  );
}

function Detail({ difference }: { difference: DifferenceDetail }) {
  const { t } = useTexts();
  const owner = useOwner();
  return (
    <div className={classes.detail} data-testid="difference-detail" data-state={difference.state}>
      <p className={classes.meaning}>{t(`difference.meaning.${difference.type}`)}</p>
      <Facts>
        <Fact name={t('filter.state')}>
          <DifferenceStateChip state={difference.state} />
        </Fact>
        <Fact name={t('difference.owner')}>{owner(difference)}</Fact>
        <Fact name={t('difference.day')}>
          <BusinessDay day={difference.businessDay} />
        </Fact>
        {difference.note === null ? null : (
          <Fact name={t('difference.note')}>
            {difference.note}
            {difference.endedBy === null ? null : <span className={ui.muted}>{` · ${difference.endedBy}`}</span>}
          </Fact>
        )}
      </Facts>
      <Sides difference={difference} />
      <Buttons difference={difference} />
      <History difference={difference} />
    </div>
  );
}

function Buttons({ difference }: { difference: DifferenceDetail }) {
  const { t } = useTexts();
  const me = useMe();
  const [acting, setActing] = useState<ActKind | null>(null);
  const [remedy, setRemedy] = useState<RemedyChoice | null>(null);
  const acts = actsFor([difference]);
  const may = (what: RemedyChoice) => difference.viewerMay.includes(what);
  // Who only reads is offered nothing anywhere; to others it is said whose work it is.
  if (me.role === 'auditor') return null;
  return (
    <>
      {acts.length === 0 ? (
        <Notice tone="info" title={t('difference.notYours', { role: t(`role.${difference.ownerRole}`) })} testId="not-yours">
          <p>{t(may('correctingEntry') || may('forceMatch') ? 'difference.notYoursRemedy' : 'difference.notYoursText')}</p>
        </Notice>
      ) : null}
      {difference.pendingRemedies.map(({ requestId, kind, requestedName }) => (
        <Notice key={requestId} tone="info" testId="remedy-pending">
          <p>{t('difference.remedyPending', { remedy: t(`difference.remedyKind.${kind}`), name: requestedName })}</p>
        </Notice>
      ))}
      <div className={classes.acts}>
        {acts.map((kind) => (
          <Button key={kind} variant={kind === 'assign' ? 'filled' : 'default'} onClick={() => setActing(kind)} data-testid={`act-${kind}`}>
            {t(`difference.${kind}`)}
          </Button>
        ))}
        {may('forceMatch') ? (
          <Button variant="default" onClick={() => setRemedy('forceMatch')} data-testid="act-force">
            {t('difference.forceMatch')}
          </Button>
        ) : null}
        {may('correctingEntry') ? (
          <Button variant="default" onClick={() => setRemedy('correctingEntry')} data-testid="act-correct">
            {t('difference.correct')}
          </Button>
        ) : null}
      </div>
      <ActDialog kind={acting} differences={[difference]} close={() => setActing(null)} done={() => undefined} />
      <RemedyDialog choice={remedy} difference={difference} choose={setRemedy} close={() => setRemedy(null)} />
    </>
  );
}

/** Parts of the program that find differences and end them. */
const PROGRAMS: readonly string[] = ['reconciliation', 'funding', 'statements'];

/** What was noted beside an event, in words. */
function EventWords({ event }: { event: DifferenceDetail['history'][number] }) {
  const { t, locale } = useTexts();
  const detail = eventDetail(event);
  switch (detail.kind) {
    case 'nothing':
      return null;
    case 'said':
      return <div>{detail.text}</div>;
    case 'asked':
      return <div>{t('difference.told.asked', { remedy: t(`difference.remedyKind.${detail.remedy}`), reason: detail.reason })}</div>;
    case 'agreed': {
      const { askedBy, agreedBy } = detail;
      return <div>{t('difference.told.agreed', { remedy: t(`difference.remedyKind.${detail.remedy}`), askedBy, agreedBy })}</div>;
    }
    case 'entered':
      return (
        <div>{t('difference.told.entered', { amount: formatMoney(detail.amount, locale), left: formatMoney(detail.left, locale) })}</div>
      );
    case 'needless':
      return <div>{t('difference.told.needless', { amount: formatMoney(detail.amount, locale) })}</div>;
    case 'corrected':
    case 'withdrawn': {
      const { kind, file, by, row } = detail;
      const ended = t(`difference.told.${kind}`, { file, by });
      return <div>{row === 'none' ? ended : t(`difference.told.${row}Row`, { ended })}</div>;
    }
    case 'rowsAgree':
    case 'rowGone':
    case 'feeAgreed':
      return <div>{t(`difference.told.${detail.kind}`)}</div>;
  }
}

function History({ difference }: { difference: DifferenceDetail }) {
  const { t } = useTexts();
  const { data: fleet } = useQuery(fleetQuery);
  // The store's zone, as above: two of them in one drawer would have to be converted by whoever reads it.
  const timeZone = fleet?.find(({ id }) => id === difference.storeId)?.timeZone;
  return (
    <section>
      <h3 className={classes.sub}>{t('difference.history')}</h3>
      <ol className={classes.history} data-testid="difference-history">
        {difference.history.map((event) => (
          <li key={`${event.at} ${event.what} ${event.detail}`}>
            <div>
              <strong>{textOrCode(t, 'difference.event', event.what)}</strong>
              <span
                className={ui.muted}
              >{` · ${PROGRAMS.includes(event.actor) ? t('difference.byProgram') : (event.actorName ?? event.actor)}`}</span>
            </div>
            <EventWords event={event} />
            <div className={`${ui.small} ${ui.muted}`}>
              <ZonedMoment at={event.at} timeZone={timeZone} />
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
