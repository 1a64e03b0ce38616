import { Button, NativeSelect } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Ban, CircleCheck, Handshake, Hourglass, type LucideIcon, Undo2 } from 'lucide-react';
import { useState } from 'react';
import { formatMoney } from '../format/money.js';
import { execute } from '../graphql/client.js';
import { DecideRemedyDocument, type RemedyDecision, type RemedyState } from '../graphql/generated/money/graphql.js';
import { useTexts } from '../i18n/use-texts.js';
import { EmptyState, ErrorState, Fact, Facts, LoadMore, Skeletons } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { QuestionForm } from '../ui/question-form.js';
import { type ChipTone, StateChip } from '../ui/state-chip.js';
import ui from '../ui/ui.module.css';
import { BusinessDay, Money, ZonedMoment } from '../ui/values.js';
import { concerned, decisionsOf, remedyTargets } from './difference.rules.js';
import { type Remedy, remediesQuery, renewDifferences } from './difference-queries.js';
import { useDifferenceName } from './difference-states.js';
import classes from './differences.module.css';

const route = getRouteApi('/signed-in/settlement/differences');

const LOOKS: Record<RemedyState, [ChipTone, LucideIcon]> = {
  requested: ['warn', Hourglass],
  approved: ['ok', CircleCheck],
  refused: ['bad', Ban],
  withdrawn: ['quiet', Undo2],
};

/** Remedies that wait for a second person, and what became of others. */
export function RemedyList() {
  const { t } = useTexts();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const query = useInfiniteQuery(remediesQuery(search.view === 'allRemedies' ? null : ['requested']));
  const rows = query.data?.pages.flatMap(({ edges }) => edges.map(({ node }) => node)) ?? [];
  return (
    <>
      <search className={ui.filters} aria-label={t('filter.label')}>
        <NativeSelect
          label={t('filter.state')}
          value={search.view}
          onChange={(event) => void navigate({ search: { ...search, view: event.currentTarget.value as never }, replace: true })}
          data={[
            { value: 'remedies', label: t('difference.showWaiting') },
            { value: 'allRemedies', label: t('difference.showAll') },
          ]}
          data-testid="remedies-show"
        />
        <Button component={Link} to="/settlement/differences" variant="default" data-testid="back-to-differences">
          {t('difference.back')}
        </Button>
      </search>
      {query.isPending ? <Skeletons rows={3} height={140} /> : null}
      {query.error && !query.data ? <ErrorState error={query.error} retry={() => void query.refetch()} /> : null}
      {query.data && rows.length === 0 ? (
        <EmptyState icon={Handshake} title={t('difference.remediesNone')}>
          {t('difference.remediesNoneText')}
        </EmptyState>
      ) : null}
      {rows.length === 0 ? null : (
        <>
          <ul className={ui.list} aria-label={t('difference.remediesTitle')} data-testid="remedies">
            {rows.map((remedy) => (
              <RemedyCard key={remedy.id} remedy={remedy} />
            ))}
          </ul>
          <LoadMore
            hasMore={query.hasNextPage}
            loading={query.isFetchingNextPage}
            load={() => void query.fetchNextPage()}
            shown={rows.length}
            total={query.data?.pages[0]?.totalCount ?? rows.length}
          />
        </>
      )}
    </>
  );
}

function RemedyCard({ remedy }: { remedy: Remedy }) {
  const { t, locale } = useTexts();
  const [deciding, setDeciding] = useState<RemedyDecision | null>(null);
  const targets = remedyTargets(remedy.content);
  const [tone, icon] = LOOKS[remedy.state];
  const decisions = decisionsOf(remedy);
  return (
    <li className={`${ui.card} ${classes.remedy}`} data-testid={`remedy-${remedy.id}`} data-state={remedy.state}>
      <div className={ui.cardHead}>
        <h2 className={ui.cardTitle}>{t(`difference.remedyKind.${remedy.kind}`)}</h2>
        <StateChip tone={tone} icon={icon}>
          {t(`difference.remedyState.${remedy.state}`)}
        </StateChip>
      </div>
      <p className={classes.reason}>{remedy.reason}</p>
      {targets?.kind === 'correctingEntry' ? (
        <strong className={ui.number}>{t('difference.entryOf', { amount: formatMoney(targets.amount, locale) })}</strong>
      ) : null}
      <About remedy={remedy} />
      <Facts>
        <Fact name={t('difference.askedBy')}>
          {remedy.mine ? t('difference.ownerYou') : remedy.requestedName} · <ZonedMoment at={remedy.requestedAt} />
        </Fact>
        {remedy.decidedName === null || remedy.decidedAt === null ? null : (
          <Fact name={t('difference.decidedBy')}>
            {remedy.decidedName} · <ZonedMoment at={remedy.decidedAt} />
          </Fact>
        )}
        {remedy.decisionNote === null || remedy.decisionNote === '' ? null : <Fact name={t('difference.note')}>{remedy.decisionNote}</Fact>}
      </Facts>
      {decisions.length === 0 ? null : (
        <div className={classes.acts}>
          {decisions.map((decision) => (
            <Button
              key={decision}
              variant={decision === 'approve' ? 'filled' : 'default'}
              onClick={() => setDeciding(decision)}
              data-testid={`remedy-${decision}`}
            >
              {t(`difference.${decision}`)}
            </Button>
          ))}
        </div>
      )}
      <DecideDialog remedy={remedy} decision={deciding} close={() => setDeciding(null)} />
    </li>
  );
}

/** The differences it is about, with what each side says; a person without a right to see them sees what was asked for only. */
function About({ remedy: { differences } }: { remedy: Remedy }) {
  const { t } = useTexts();
  const search = route.useSearch();
  const nameOf = useDifferenceName();
  return (
    <ul className={classes.about}>
      {differences.map((difference) => (
        <li key={difference.id}>
          <Link to="/settlement/differences" search={{ ...search, d: difference.id }} resetScroll={false}>
            {nameOf(difference)}
          </Link>
          <span className={ui.muted}>
            <BusinessDay day={difference.businessDay} />
          </span>
          {(['terminalAmount', 'acquirerAmount'] as const).map((side) => {
            const amount = difference[side];
            return amount === null ? null : (
              <span key={side}>
                <span className={ui.muted}>{t(side === 'terminalAmount' ? 'difference.journal' : 'difference.statement')}</span>{' '}
                <Money value={amount} />
              </span>
            );
          })}
        </li>
      ))}
    </ul>
  );
}

function DecideDialog({ remedy, decision, close }: { remedy: Remedy; decision: RemedyDecision | null; close: () => void }) {
  const { t } = useTexts();
  return (
    <Dialog opened={decision !== null} close={close} title={decision === null ? '' : t(`difference.${decision}`)} testId="decide-dialog">
      {decision === null ? null : <Decide key={decision} remedy={remedy} decision={decision} close={close} />}
    </Dialog>
  );
}

/** What is decided about: without it a second person would agree to a reason only. */
function Asked({ remedy }: { remedy: Remedy }) {
  const { t, locale } = useTexts();
  const nameOf = useDifferenceName();
  const targets = remedyTargets(remedy.content);
  const amounts = remedy.differences.map(concerned).filter((money) => money !== undefined);
  return (
    <div data-testid="decide-about">
      <Facts>
        <Fact name={t('difference.kindOfRow')}>{t(`difference.remedyKind.${remedy.kind}`)}</Fact>
        <Fact name={t('difference.amount')}>
          {targets?.kind === 'correctingEntry'
            ? formatMoney(targets.amount, locale)
            : amounts.map((money) => formatMoney(money, locale)).join(t('list.separator'))}
        </Fact>
        <Fact name={t('difference.type')}>
          {remedy.differences.map((difference) => (
            <div key={difference.id}>
              {nameOf(difference)} · <BusinessDay day={difference.businessDay} />
            </div>
          ))}
        </Fact>
        <Fact name={t('difference.askedBy')}>
          {remedy.mine ? t('difference.ownerYou') : remedy.requestedName} · <ZonedMoment at={remedy.requestedAt} />
        </Fact>
      </Facts>
    </div>
  );
}

function Decide({ remedy, decision, close }: { remedy: Remedy; decision: RemedyDecision; close: () => void }) {
  const { t } = useTexts();
  // What was read when the dialog opened is what is decided about: its digest goes along.
  const [read] = useState(remedy);
  const send = async (written: string) => {
    const note = written.trim() === '' ? null : written.trim();
    const { decideRemedy: answer } = await execute(DecideRemedyDocument, { id: read.id, digest: read.digest, decision, note });
    await renewDifferences();
    if (answer.__typename !== 'RemedyRequest') return t(`refusal.${answer.code}`);
    close();
    return undefined;
  };
  const reason = { label: t('difference.reason'), missing: t('difference.reasonMissing'), testId: 'decide-note' };
  return (
    <QuestionForm
      reason={decision === 'refuse' ? reason : undefined}
      confirm={{ label: t(`difference.${decision}`), danger: decision === 'approve', testId: 'decide-confirm' }}
      notSent={t('difference.notSent')}
      send={send}
      close={close}
    >
      <p>{read.reason}</p>
      <Asked remedy={read} />
      <p>{t(`difference.${decision}Text`)}</p>
    </QuestionForm>
  );
}
