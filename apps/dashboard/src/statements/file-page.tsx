import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CircleCheck, CircleX, FileQuestion } from 'lucide-react';
import { formatMoney } from '../format/money.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { useMe } from '../session/session.js';
import { MoneyTabs } from '../settlement/money-tabs.js';
import { Card, EmptyState, ErrorState, Fact, Facts, Notice, PageHeader, Skeletons } from '../ui/blocks.js';
import { type Column, Rows } from '../ui/rows.js';
import ui from '../ui/ui.module.css';
import { Money, ZonedMoment } from '../ui/values.js';
import { checkWords } from './check-names.rules.js';
import { FileRows } from './file-rows.js';
import { FileSize } from './file-size.js';
import { Period } from './period.js';
import { checkCounts, checkFigures, isWrongContent, namesakes, readPercent } from './statement.rules.js';
import { acquirersQuery, fileQuery, type StatementFile, type StatementFileDetail } from './statement-queries.js';
import { FileStateChip, RefusalWords } from './statement-states.js';
import classes from './statements.module.css';
import { Count, useSender } from './statements-page.js';
import { WithdrawalCard, WithdrawButton } from './withdrawal.js';

const route = getRouteApi('/signed-in/settlement/statements/$fileId');

/** One file: what became of it, what it says about itself, and its rows. */
export function FilePage() {
  const { t } = useTexts();
  const { fileId } = route.useParams();
  const { data: file, error, isPending, refetch } = useQuery(fileQuery(fileId));
  if (isPending) return <Skeletons rows={4} height={120} />;
  if (error && file === undefined) return <ErrorState error={error} retry={() => void refetch()} />;
  if (!file) {
    return (
      <>
        <PageHeader title={t('statement.unknownTitle')} />
        <EmptyState icon={FileQuestion} title={t('statement.unknownLead')}>
          {t('statement.unknownText')}
        </EmptyState>
      </>
    );
  }
  return <Page file={file} />;
}

function Page({ file }: { file: StatementFileDetail }) {
  const { t } = useTexts();
  const me = useMe();
  const { data: acquirers } = useQuery(acquirersQuery);
  const sender = useSender();
  const readable = file.state !== 'arrived' && file.state !== 'refused';
  return (
    <div data-testid="statement-file" data-state={file.state}>
      <PageHeader title={file.name} lead={sender(file, acquirers ?? [])}>
        <FileStateChip file={file} />
        {me.role === 'hq' && file.state === 'imported' ? (
          <Button
            component={Link}
            to="/settlement/statements"
            search={{ correct: file.id } as never}
            variant="default"
            data-testid="correct"
          >
            {t('statement.correct')}
          </Button>
        ) : null}
        <WithdrawButton file={file} />
      </PageHeader>
      <MoneyTabs at="statements" />
      <div className={ui.stack}>
        <StateNotice file={file} />
        {file.withdrawal === null ? null : <WithdrawalCard withdrawal={file.withdrawal} file={file} />}
        {readable ? <ToldAgain file={file} /> : null}
        <div className={classes.pair}>
          <About file={file} />
          {file.state === 'refused' && file.checks.length === 0 ? null : <Checks file={file} />}
        </div>
        {file.totals.length > 0 ? <Totals file={file} /> : null}
        {readable ? <FileRows file={file} /> : null}
      </div>
    </div>
  );
}

function StateNotice({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  switch (file.state) {
    case 'arrived':
      return (
        <Notice tone="info" title={t('statement.reading', { percent: readPercent(file) })} testId="reading">
          <progress className={classes.progress} max={100} value={readPercent(file)} aria-label={t('statement.state.arrived')} />
          <p>
            {t('statement.readSoFar')} <Count value={file.rowsRead} />
          </p>
        </Notice>
      );
    case 'refused':
      return (
        <Notice tone="bad" title={t('statement.refusedTitle')} testId="refused">
          <p>
            <RefusalWords file={file} />
          </p>
          {file.refusalMessage === null ? null : (
            <details className={classes.original}>
              <summary>{t('statement.readerSaid')}</summary>
              <p lang="en" className={ui.mono}>
                {file.refusalMessage}
              </p>
            </details>
          )}
          {isWrongContent(file) ? <p>{t('statement.refusedText')}</p> : null}
        </Notice>
      );
    case 'superseded':
      return (
        <Notice tone="warn" title={t('statement.supersededTitle')} testId="superseded">
          <p>{t('statement.supersededText')}</p>
          {file.supersededBy === null ? null : (
            <Link to="/settlement/statements/$fileId" params={{ fileId: file.supersededBy }} data-testid="successor">
              {t('statement.toSuccessor')}
            </Link>
          )}
        </Notice>
      );
    case 'withdrawing':
      return (
        <Notice tone="info" title={t('statement.withdrawingTitle')} testId="withdrawing">
          <progress
            className={classes.progress}
            max={file.rowsRead}
            value={file.rowsWithdrawn}
            aria-label={t('statement.state.withdrawing')}
          />
          <p>{t('statement.withdrawingText')}</p>
        </Notice>
      );
    case 'withdrawn':
      return (
        <Notice tone="warn" title={t('statement.withdrawnTitle')} testId="withdrawn">
          <p>{t('statement.withdrawnText')}</p>
        </Notice>
      );
    case 'imported':
      return null;
  }
}

/** What of a file counts nothing because another one told it, or may not count for long. */
function ToldAgain({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  if (file.toldAgain === 0 && !file.interim) return null;
  return (
    <Notice
      tone="info"
      title={file.toldAgain === 0 ? t('statement.interimTitle') : t('statement.toldAgain', { count: file.toldAgain })}
      testId="told-again"
    >
      <p>{t(file.interim ? 'statement.interimText' : file.kind === 'bank' ? 'statement.toldAgainBank' : 'statement.toldAgainText')}</p>
    </Notice>
  );
}

function About({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  return (
    <Card title={t('statement.about')}>
      <Facts>
        <Fact name={t('statement.period')}>
          <Period file={file} />
        </Fact>
        {file.merchant === null ? null : (
          <Fact name={t(file.kind === 'bank' ? 'statement.account' : 'statement.merchant')}>{file.merchant}</Fact>
        )}
        {file.format === null ? null : <Fact name={t('statement.formatName')}>{textOrCode(t, 'statement.format', file.format)}</Fact>}
        <Fact name={t('statement.rows')}>
          <Count value={file.rowsRead} />
        </Fact>
        {file.toldAgain === 0 ? null : (
          <Fact name={t('statement.toldBefore')} testId="told-again-count">
            <Count value={file.toldAgain} />
          </Fact>
        )}
        <Fact name={t('statement.size')}>
          <FileSize bytes={file.bytes} />
        </Fact>
        <Fact name={t('statement.cameBy')}>
          {t(`statement.channel.${file.channel}`)} · {file.arrivedBy}
        </Fact>
        <Fact name={t('statement.arrived')}>
          <ZonedMoment at={file.arrivedAt} />
        </Fact>
        <Fact name={t('statement.digest')}>
          <span className={ui.mono}>{file.digest}</span>
        </Fact>
      </Facts>
    </Card>
  );
}

function Checks({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  const { passed, failed } = checkCounts(file.checks);
  const alike = namesakes(file.checks);
  return (
    <Card title={t('statement.ownChecks')} testId="checks">
      {file.checks.length === 0 ? (
        <p className={ui.muted}>{t(file.state === 'arrived' ? 'statement.checksLater' : 'statement.noChecks')}</p>
      ) : (
        <>
          <p className={failed > 0 ? classes.refusal : ui.muted}>
            {failed > 0 ? t('statement.checksFailed', { failed, total: passed + failed }) : t('statement.checksPassed', { total: passed })}
          </p>
          <ul className={classes.checks}>
            {/* What fails comes first: with two hundred checks nobody looks for it. */}
            {file.checks
              .toSorted((a, b) => Number(a.passed) - Number(b.passed))
              .map((check) => (
                <Check key={`${check.name} ${check.detail}`} check={check} withLine={alike.has(check.name)} />
              ))}
          </ul>
        </>
      )}
    </Card>
  );
}

/** What was compared, in words; the name itself where this version has none. */
function CheckName({ name }: { name: string }) {
  const { t } = useTexts();
  const words = checkWords(name);
  switch (words?.kind) {
    case 'name':
      return t(`statement.check.${words.name}`);
    case 'part':
      return t('statement.checkPart', {
        part: t(`statement.checkWord.${words.part}`),
        stated: t(`statement.checkWord.${words.stated}`),
      });
    case 'payout':
      return t('statement.checkPayout', { payout: words.payout });
    case undefined:
      return name;
  }
}

function Check({ check, withLine }: { check: StatementFile['checks'][number]; withLine: boolean }) {
  const { t, locale } = useTexts();
  const figures = checkFigures(check.detail);
  const written = (value: number): string =>
    figures?.currency ? formatMoney({ amountMinor: value, currency: figures.currency }, locale) : value.toLocaleString(locale);
  const Icon = check.passed ? CircleCheck : CircleX;
  return (
    <li data-passed={check.passed}>
      <Icon aria-label={t(check.passed ? 'statement.passed' : 'statement.failed')} role="img" />
      <span>
        <CheckName name={check.name} />
        {withLine && check.passed && figures !== undefined ? (
          <small className={ui.muted}> {t('statement.atLine', { line: figures.line })}</small>
        ) : null}
      </span>
      <span className={ui.number}>
        {figures === undefined
          ? check.detail
          : check.passed
            ? written(figures.actual)
            : t('statement.checkDiffers', { expected: written(figures.expected), actual: written(figures.actual), line: figures.line })}
      </span>
    </li>
  );
}

type Total = StatementFile['totals'][number];

function Totals({ file }: { file: StatementFile }) {
  const { t } = useTexts();
  const money = (total: Total, amountMinor: number) => <Money value={{ amountMinor, currency: total.currency }} />;
  const columns: Column<Total>[] = [
    {
      key: 'type',
      header: t('statement.type'),
      head: true,
      cell: (total) => <strong>{textOrCode(t, 'statement.rowType', total.type)}</strong>,
    },
    { key: 'count', header: t('statement.rows'), end: true, cell: (total) => <Count value={total.count} /> },
    ...(file.kind === 'bank'
      ? []
      : [
          { key: 'gross', header: t('statement.gross'), end: true, cell: (total: Total) => money(total, total.grossMinor) },
          {
            key: 'fee',
            header: t('statement.fee'),
            end: true,
            cell: (total: Total) => (total.feeMinor === null ? t('money.feeNotTold') : money(total, total.feeMinor)),
          },
        ]),
    { key: 'net', header: t('statement.net'), end: true, cell: (total) => money(total, total.netMinor) },
  ];
  return (
    <section>
      <h2 className={classes.section}>{t('statement.totals')}</h2>
      <Rows
        rows={file.totals}
        columns={columns}
        rowKey={({ type, currency }) => `${type}-${currency}`}
        label={t('statement.totals')}
        testId="statement-totals"
      />
    </section>
  );
}
