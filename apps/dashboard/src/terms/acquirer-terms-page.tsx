import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { FileQuestion, FileSignature } from 'lucide-react';
import { useMinute } from '../app/clock.js';
import { deviceZone } from '../format/time.js';
import { useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { dayAt } from '../settlement/board.rules.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { type Acquirer, acquirersQuery } from '../statements/statement-queries.js';
import { Card, EmptyState, ErrorState, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import { ChangeList } from './change-list.js';
import { FeeLines } from './fee-lines.js';
import { PayoutFacts } from './payout-facts.js';
import { ProposalCard } from './proposal-card.js';
import classes from './terms.module.css';
import { changesOf, NO_TERMS } from './terms.rules.js';
import { TermsForm } from './terms-form.js';
import { proposalsQuery, type TermsProposal, type TermsVersion, termsQuery } from './terms-queries.js';

const route = getRouteApi('/signed-in/settlement/terms/$acquirerId');

/** What was agreed with one acquirer: in force, to come, and before. Head office writes the next version here. */
export function AcquirerTermsPage() {
  const { t } = useTexts();
  const { acquirerId } = route.useParams();
  const acquirers = useQuery(acquirersQuery);
  const versions = useQuery(termsQuery(acquirerId));
  const proposals = useQuery(proposalsQuery);
  const failed = [acquirers, versions, proposals].find((query) => query.error !== null && query.data === undefined);
  if (failed) return <ErrorState error={failed.error} retry={() => void failed.refetch()} />;
  if (acquirers.data === undefined || versions.data === undefined || proposals.data === undefined)
    return <Skeletons rows={3} height={140} />;
  const acquirer = acquirers.data.find(({ id }) => id === acquirerId);
  if (acquirer === undefined) {
    return (
      <>
        <PageHeader title={t('terms.title')} />
        <MoneyTabs at="terms" />
        <EmptyState icon={FileQuestion} title={t('terms.unknownAcquirer')}>
          <Link to="/settlement/terms">{t('terms.toAll')}</Link>
        </EmptyState>
      </>
    );
  }
  const proposal = proposals.data.find((one) => one.acquirerId === acquirerId);
  return <Page key={acquirerId} acquirer={acquirer} versions={versions.data} proposal={proposal} />;
}

function Page(props: { acquirer: Acquirer; versions: readonly TermsVersion[]; proposal: TermsProposal | undefined }) {
  const { t } = useTexts();
  const { acquirer, versions, proposal } = props;
  const me = useMe();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const today = dayAt(useMinute(), deviceZone());
  const current = versions[0];
  const editing = me.role === 'hq' && search.edit !== undefined;
  const close = () => void navigate({ search: {} });
  const edit = () => void navigate({ search: { edit: '1' } });
  return (
    <>
      <PageHeader title={t('terms.of', { acquirer: acquirer.name })} lead={<Link to="/settlement/terms">{t('terms.toAll')}</Link>}>
        {me.role === 'hq' && !editing && current !== undefined && proposal === undefined ? (
          <Button onClick={edit} data-testid="terms-edit">
            {t('terms.edit')}
          </Button>
        ) : null}
      </PageHeader>
      <MoneyTabs at="terms" />
      {proposal === undefined ? null : (
        <div className={classes.proposal}>
          <ProposalCard key={proposal.id} proposal={proposal} current={current} today={today} />
        </div>
      )}
      {editing ? (
        <TermsForm
          acquirerId={acquirer.id}
          current={current}
          today={today}
          close={close}
          proposed={() => void navigate({ search: {}, ignoreBlocker: true })}
        />
      ) : current === undefined ? (
        <EmptyState icon={FileSignature} title={t('terms.noneTitle')}>
          {t('terms.noneText')}
          {me.role === 'hq' && proposal === undefined ? (
            <Button onClick={edit} mt="md" className={classes.emptyAct} data-testid="terms-edit">
              {t('terms.write')}
            </Button>
          ) : null}
        </EmptyState>
      ) : (
        <View
          versions={versions}
          current={current}
          shown={versions.find(({ version }) => version === search.version) ?? current}
          today={today}
        />
      )}
    </>
  );
}

function View(props: { versions: readonly TermsVersion[]; current: TermsVersion; shown: TermsVersion; today: string }) {
  const { t } = useTexts();
  const { versions, current, shown, today } = props;
  return (
    <div className={ui.stack} data-testid="acquirer-terms" data-version={shown.version}>
      {shown === current ? null : (
        <Notice tone="warn" title={t('terms.oldTitle', { version: shown.version })} testId="terms-old">
          <Link to="/settlement/terms/$acquirerId" from="/settlement/terms/$acquirerId" search={{}}>
            {t('terms.toCurrent', { version: current.version })}
          </Link>
        </Notice>
      )}
      <Card title={t('terms.fees')} testId="terms-fees">
        {shown.fees === null ? <p className={ui.muted}>{t('terms.noFees')}</p> : <FeeLines fees={shown.fees} today={today} />}
      </Card>
      <Card title={t('terms.payout')} testId="terms-payout">
        {shown.funding === null ? <p className={ui.muted}>{t('terms.noPayout')}</p> : <PayoutFacts payout={shown.funding} today={today} />}
      </Card>
      <History versions={versions} shown={shown} />
    </div>
  );
}

/** Every version, with what it changed of the one before. */
function History({ versions, shown }: { versions: readonly TermsVersion[]; shown: TermsVersion }) {
  const { t } = useTexts();
  return (
    <Card title={t('terms.history')} testId="terms-history">
      <ol className={classes.history}>
        {versions.map((version, at) => (
          <li key={version.version} data-shown={version === shown}>
            <div>
              <Link
                to="/settlement/terms/$acquirerId"
                from="/settlement/terms/$acquirerId"
                search={at === 0 ? {} : { version: version.version }}
                aria-current={version === shown ? 'true' : undefined}
                data-testid={`version-${version.version}`}
              >
                {t('terms.version', { version: version.version })}
              </Link>
              <span className={ui.muted}>
                {' · '}
                {version.approvedBy === null
                  ? version.savedBy
                  : t('terms.byTwo', { proposer: version.savedBy, approver: version.approvedBy })}
                {' · '}
                <ZonedMoment at={version.savedAt} />
              </span>
              {version.reason === null ? null : <p className={classes.why}>{version.reason}</p>}
            </div>
            <ChangeList changes={changesOf(versions[at + 1] ?? NO_TERMS, version)} />
          </li>
        ))}
      </ol>
    </Card>
  );
}
