import { Button, VisuallyHidden } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ArrowLeft, ArrowRight, Copy, MessagesSquare } from 'lucide-react';
import { textOrCode, useTexts } from '../i18n/use-texts.js';
import { tell } from '../ui/announcer.js';
import { EmptyState, ErrorState, Notice, Skeletons } from '../ui/blocks.js';
import ui from '../ui/ui.module.css';
import { ZonedMoment } from '../ui/values.js';
import { copyText } from './copy-text.js';
import { dialogueText, opensItself, preciseTime } from './dialogue.rules.js';
import { type Dialogue, dialogueQuery, type Frame } from './dialogue-queries.js';
import classes from './terminal.module.css';
import type { TerminalAt } from './terminal-page.js';

/** How the terminal and its gateway last spoke: every frame decoded and masked, the gateway's on one side, the terminal's on the other. */
export function DialogueTab({ at }: { at: TerminalAt }) {
  const { t } = useTexts();
  const { dialogue } = at.terminal;
  return (
    <div className={ui.stack}>
      <Fetch at={at} />
      {dialogue ? (
        <Captured at={at} capturedAt={dialogue.capturedAt} />
      ) : (
        <EmptyState icon={MessagesSquare} title={t('dialogue.noneTitle')} testId="dialogue-empty">
          {t('dialogue.noneText')}
        </EmptyState>
      )}
    </div>
  );
}

function Fetch({ at }: { at: TerminalAt }) {
  const { t } = useTexts();
  const option = at.terminal.actions.find(({ action }) => action === 'captureDialogue');
  if (!option) return null;
  return (
    <div className={classes.fetch}>
      <p className={ui.muted}>{t('dialogue.lead')}</p>
      <div className={classes.fetchButton}>
        <Button
          leftSection={<MessagesSquare size={18} aria-hidden="true" />}
          disabled={!option.available}
          onClick={() => at.ask('captureDialogue')}
          aria-describedby={option.block ? 'why-fetch' : undefined}
          data-testid="fetch-dialogue"
        >
          {t('dialogue.fetch')}
        </Button>
        {option.block ? (
          <small id="why-fetch" className={ui.muted}>
            {t(`action.block.${option.block}`, { protocol: textOrCode(t, 'driver', at.terminal.driver) })}
          </small>
        ) : null}
      </div>
    </div>
  );
}

function Captured({ at, capturedAt }: { at: TerminalAt; capturedAt: string }) {
  const { t } = useTexts();
  const query = useQuery({ ...dialogueQuery(at.terminal, capturedAt), placeholderData: (before) => before });
  if (query.isPending) return <Skeletons rows={5} height={64} />;
  if (query.error && query.data === undefined) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  if (!query.data) return null;
  const dialogue = query.data;
  const copy = async () => {
    const head = { terminal: at.terminal.name, store: at.store.name, capturedAt: dialogue.capturedAt, cause: dialogue.cause };
    const copied = await copyText(dialogueText(head, dialogue.frames));
    tell(copied ? 'ok' : 'warn', t(copied ? 'dialogue.copied' : 'dialogue.notCopied'));
  };
  return (
    <section className={ui.card} data-testid="dialogue" aria-label={t('terminal.tab.dialogue')}>
      <div className={ui.cardHead}>
        <div>
          <h2 className={ui.cardTitle} style={{ margin: 0 }}>
            {textOrCode(t, 'dialogueCause', dialogue.cause)}
          </h2>
          <span className={`${ui.muted} ${ui.small}`}>
            {t('dialogue.capturedAt')} <ZonedMoment at={dialogue.capturedAt} timeZone={at.store.timeZone} /> ·{' '}
            {t('event.frames', { count: dialogue.frames.length })}
          </span>
        </div>
        <Button
          variant="default"
          size="compact-md"
          leftSection={<Copy size={16} aria-hidden="true" />}
          onClick={() => void copy()}
          data-testid="copy-dialogue"
        >
          {t('dialogue.copy')}
        </Button>
      </div>
      {dialogue.frames.length === 0 ? (
        <Notice tone="info">{t('dialogue.silent')}</Notice>
      ) : (
        <Frames dialogue={dialogue} timeZone={at.store.timeZone} />
      )}
    </section>
  );
}

function Frames({ dialogue, timeZone }: { dialogue: Dialogue; timeZone: string }) {
  const { t } = useTexts();
  return (
    <>
      <div className={classes.sides} aria-hidden="true">
        <span>{t('dialogue.gateway')}</span>
        <span>{t('dialogue.terminal')}</span>
      </div>
      <ol className={classes.frames}>
        {dialogue.frames.map((frame, at) => (
          <FrameBubble key={`${dialogue.capturedAt}/${at}`} frame={frame} timeZone={timeZone} />
        ))}
      </ol>
    </>
  );
}

function FrameBubble({ frame, timeZone }: { frame: Frame; timeZone: string }) {
  const { t } = useTexts();
  const sent = frame.direction === 'sent';
  const Arrow = sent ? ArrowRight : ArrowLeft;
  const head = (
    <>
      <Arrow aria-hidden="true" />
      <strong>
        <VisuallyHidden component="span">{t(sent ? 'dialogue.sent' : 'dialogue.received')} </VisuallyHidden>
        {frame.name}
      </strong>
      <span className={classes.frameMeta}>
        <time dateTime={frame.at}>{preciseTime(frame.at, timeZone)}</time> · {t('dialogue.bytes', { count: frame.bytes })}
      </span>
    </>
  );
  return (
    <li className={classes.frame} data-direction={frame.direction} data-testid="frame">
      {frame.fields.length === 0 ? (
        <div className={classes.frameHead}>{head}</div>
      ) : (
        <details open={opensItself(frame)}>
          <summary className={classes.frameHead}>{head}</summary>
          <dl className={classes.fields}>
            {frame.fields.map(({ tag, name, value }, at) => (
              <div key={at}>
                <dt>
                  {name} <code>{tag}</code>
                </dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
}
