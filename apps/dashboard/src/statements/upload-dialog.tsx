import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { CircleX, File as FileIcon, LoaderCircle } from 'lucide-react';
import { useState } from 'react';
import { NotReachable } from '../graphql/failures.js';
import type { StatementKind } from '../graphql/generated/money/graphql.js';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { Dialog } from '../ui/dialog.js';
import { FileSize } from './file-size.js';
import { likelyKind } from './statement.rules.js';
import { type Acquirer, fileQuery, renewStatements, type StatementFile } from './statement-queries.js';
import { FileStateChip, RefusalWords } from './statement-states.js';
import classes from './statements.module.css';
import { sendFile, type UploadAbout, type UploadOutcome } from './upload.js';

/** How far one file is. */
type Sending =
  | { readonly state: 'waiting' }
  | { readonly state: 'sending'; readonly percent: number }
  | { readonly state: 'ended'; readonly outcome: UploadOutcome }
  | { readonly state: 'lost' };

/** What became of a file that was taken: it is asked for until it was read. */
function Taken({ fileId }: { fileId: string }) {
  const { t } = useTexts();
  const { data: file } = useQuery(fileQuery(fileId));
  return (
    <div aria-live="polite" data-testid="upload-taken" data-state={file?.state ?? 'arrived'}>
      {file ? <FileStateChip file={file} /> : null} {file ? <RefusalWords file={file} /> : null}{' '}
      <Link to="/settlement/statements/$fileId" params={{ fileId }}>
        {t(!file || file.state === 'arrived' ? 'statement.taken' : 'statement.openFile')}
      </Link>
    </div>
  );
}

/** Asks whose the chosen files are, sends them one after the other and says how each ended. */
export function UploadDialog(props: {
  files: readonly File[];
  close: () => void;
  acquirers: readonly Acquirer[];
  corrected: StatementFile | undefined;
  endCorrection: () => void;
}) {
  const { t } = useTexts();
  const { files } = props;
  return (
    <Dialog
      opened={files.length > 0}
      close={props.close}
      title={t('statement.uploadTitle', { count: files.length })}
      testId="upload-dialog"
    >
      {files.length === 0 ? null : <Upload {...props} key={files.map(({ name }) => name).join('/')} />}
    </Dialog>
  );
}

function Upload({ files, close, acquirers, corrected, endCorrection }: Parameters<typeof UploadDialog>[0]) {
  const { t } = useTexts();
  const [kind, setKind] = useState<StatementKind>(corrected?.kind ?? likelyKind(files[0]?.name ?? ''));
  const [acquirerId, setAcquirerId] = useState(corrected?.acquirerId ?? (acquirers.length === 1 ? (acquirers[0]?.id ?? '') : ''));
  const [tried, setTried] = useState(false);
  const about: UploadAbout = { kind, acquirerId: kind === 'acquirer' ? acquirerId : null, supersedes: corrected?.id ?? null };
  const { sendings, busy, ended, send } = useSending(files, about, () => {
    close();
    if (corrected) endCorrection();
  });
  const missing = kind === 'acquirer' && acquirerId === '';
  return (
    <form
      noValidate
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault();
        setTried(true);
        if (missing) event.currentTarget.querySelector<HTMLElement>('[data-testid="upload-acquirer"]')?.focus();
        else void send();
      }}
    >
      <ul className={classes.chosen}>
        {files.map((file, at) => (
          <ChosenFile key={file.name} file={file} sending={sendings[at] ?? { state: 'waiting' }} />
        ))}
      </ul>
      {ended ? null : (
        <>
          <NativeSelect
            label={t('statement.from')}
            value={kind}
            disabled={corrected !== undefined || busy}
            onChange={(event) => setKind(event.currentTarget.value as StatementKind)}
            data={(['acquirer', 'bank'] as const).map((each) => ({ value: each, label: t(`statement.kind.${each}`) }))}
            data-testid="upload-kind"
          />
          {kind === 'acquirer' ? (
            <NativeSelect
              label={t('statement.acquirer')}
              value={acquirerId}
              disabled={corrected !== undefined || busy}
              onChange={(event) => setAcquirerId(event.currentTarget.value)}
              data={[{ value: '', label: t('statement.chooseAcquirer') }, ...acquirers.map(({ id, name }) => ({ value: id, label: name }))]}
              error={tried && missing ? t('statement.chooseAcquirer') : undefined}
              data-testid="upload-acquirer"
            />
          ) : null}
        </>
      )}
      <div className={classes.buttons}>
        <Button variant="default" onClick={close} disabled={busy}>
          {t(ended ? 'action.close' : 'action.cancel')}
        </Button>
        {ended ? null : (
          <Button type="submit" loading={busy} data-autofocus data-testid="upload-send">
            {t('statement.import', { count: files.length })}
          </Button>
        )}
      </div>
    </form>
  );
}

/** Sends one file after the other. A single file that is taken leads to its page. */
function useSending(files: readonly File[], about: UploadAbout, done: () => void) {
  const navigate = useNavigate();
  const [sendings, setSendings] = useState<readonly Sending[]>([]);
  const [busy, setBusy] = useState(false);
  const send = async () => {
    setBusy(true);
    const set = (at: number, sending: Sending) =>
      setSendings((all) => files.map((_, each) => (each === at ? sending : (all[each] ?? { state: 'waiting' }))));
    let last: UploadOutcome | undefined;
    for (const [at, file] of files.entries()) {
      set(at, { state: 'sending', percent: 0 });
      try {
        last = await sendFile(file, about, (percent) => set(at, { state: 'sending', percent }));
        set(at, { state: 'ended', outcome: last });
      } catch (failure) {
        if (!(failure instanceof NotReachable)) throw failure;
        last = undefined;
        set(at, { state: 'lost' });
      }
    }
    setBusy(false);
    void renewStatements();
    if (files.length === 1 && last?.taken) {
      done();
      void navigate({ to: '/settlement/statements/$fileId', params: { fileId: last.fileId } });
    }
  };
  const ended = !busy && sendings.length > 0 && sendings.every(({ state }) => state === 'ended');
  return { sendings, busy, ended, send };
}

function ChosenFile({ file, sending }: { file: File; sending: Sending }) {
  const { t } = useTexts();
  const Icon =
    sending.state === 'sending'
      ? LoaderCircle
      : // What was taken can still be refused when it is read: its state says so beside it.
        sending.state === 'ended' && !sending.outcome.taken
        ? CircleX
        : FileIcon;
  return (
    <li className={classes.chosenFile} data-state={sending.state}>
      <Icon aria-hidden="true" />
      <div>
        <span className={classes.fileName}>{file.name}</span> <FileSize bytes={file.size} />
        {sending.state === 'sending' ? (
          <progress
            className={classes.progress}
            max={100}
            value={sending.percent}
            aria-label={t('statement.sending', { name: file.name })}
          />
        ) : null}
        {sending.state === 'lost' ? <div role="alert">{t('statement.lost')}</div> : null}
        {sending.state === 'ended' ? <Outcome outcome={sending.outcome} /> : null}
      </div>
    </li>
  );
}

function Outcome({ outcome }: { outcome: UploadOutcome }) {
  const { t } = useTexts();
  if (outcome.taken) return <Taken fileId={outcome.fileId} />;
  return (
    <div role="alert" className={classes.refusal} data-testid="upload-refusal" data-code={outcome.code}>
      {textOrCode(t, 'statement.refusal', outcome.code)}{' '}
      {outcome.other === null ? null : (
        <Link to="/settlement/statements/$fileId" params={{ fileId: outcome.other.fileId }}>
          {outcome.other.name}
        </Link>
      )}
    </div>
  );
}
