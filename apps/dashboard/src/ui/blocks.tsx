import { Button, Skeleton } from '@mantine/core';
import { CircleAlert, CircleCheck, Info, type LucideIcon, RotateCcw, TriangleAlert } from 'lucide-react';
import { type ReactNode, useEffect } from 'react';
import { NotReachable } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import type { Tone } from './announcer.js';
import classes from './ui.module.css';

const TONE_ICONS: Record<Tone, LucideIcon> = { ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert, info: Info };

/** The page's one heading, an explaining line, and its actions; also names the browser's tab. */
export function PageHeader(props: { title: string; lead?: ReactNode; children?: ReactNode }) {
  useEffect(() => {
    document.title = `${props.title} · Tillward`;
  }, [props.title]);
  return (
    <header className={classes.header}>
      <div>
        <h1>{props.title}</h1>
        {props.lead === undefined ? null : <p>{props.lead}</p>}
      </div>
      {props.children === undefined ? null : <div className={classes.actions}>{props.children}</div>}
    </header>
  );
}

/** A framed group of content with an optional heading. */
export function Card(props: { title?: ReactNode; children: ReactNode; testId?: string; className?: string | undefined }) {
  return (
    <section className={`${classes.card} ${props.className ?? ''}`} data-testid={props.testId}>
      {props.title === undefined ? null : <h2 className={classes.cardTitle}>{props.title}</h2>}
      {props.children}
    </section>
  );
}

/** A message inside the page. */
export function Notice(props: { tone: Tone; title?: ReactNode; children?: ReactNode; testId?: string }) {
  const Icon = TONE_ICONS[props.tone];
  return (
    <div className={`${classes.notice} ${classes[props.tone]}`} data-testid={props.testId}>
      <Icon aria-hidden="true" />
      <div className={classes.noticeBody}>
        {props.title === undefined ? null : <strong>{props.title}</strong>}
        {props.children}
      </div>
    </div>
  );
}

/** Says plainly that there is nothing, and what that means. */
export function EmptyState(props: { icon: LucideIcon; title: string; children?: ReactNode; testId?: string }) {
  const Icon = props.icon;
  return (
    <div className={classes.empty} data-testid={props.testId ?? 'empty'}>
      <Icon aria-hidden="true" />
      <h2>{props.title}</h2>
      {props.children === undefined ? null : <p>{props.children}</p>}
    </div>
  );
}

/** Says what went wrong, what it means, and offers to try again. */
export function ErrorState(props: { error: unknown; retry: () => void }) {
  const { t } = useTexts();
  const away = props.error instanceof NotReachable;
  return (
    <div role="alert" data-testid="error">
      <Notice tone={away ? 'warn' : 'bad'} title={away ? t('error.awayTitle') : t('error.faultTitle')}>
        <p>{away ? t('error.awayText') : t('error.faultText')}</p>
        <Button
          variant="default"
          size="sm"
          mt="xs"
          leftSection={<RotateCcw size={16} aria-hidden="true" />}
          onClick={props.retry}
          data-testid="retry"
        >
          {t('action.retry')}
        </Button>
      </Notice>
    </div>
  );
}

/** Grey shapes of what is being loaded. */
export function Skeletons(props: { rows?: number; height?: number }) {
  const { t } = useTexts();
  return (
    <div className={classes.skeletons} role="status" aria-label={t('state.loading')} data-testid="loading">
      {Array.from({ length: props.rows ?? 4 }, (_, at) => (
        <Skeleton key={at} height={props.height ?? 72} radius="lg" animate />
      ))}
    </div>
  );
}

/** Names and values. */
export function Facts(props: { children: ReactNode }) {
  return <dl className={classes.facts}>{props.children}</dl>;
}

/** One name and its value inside Facts. */
export function Fact(props: { name: string; children: ReactNode; testId?: string }) {
  return (
    <>
      <dt>{props.name}</dt>
      <dd data-testid={props.testId}>{props.children}</dd>
    </>
  );
}

/** Loads the next page of a list, or says that this was all. */
export function LoadMore(props: { hasMore: boolean; loading: boolean; load: () => void; shown: number; total: number }) {
  const { t } = useTexts();
  return (
    <div className={classes.more}>
      {props.hasMore ? (
        <Button variant="default" loading={props.loading} onClick={props.load} data-testid="load-more">
          {t('list.more', { shown: props.shown, total: props.total })}
        </Button>
      ) : (
        <span className={`${classes.muted} ${classes.small}`}>{t('list.all', { count: props.total })}</span>
      )}
    </div>
  );
}
