import { Button, NativeSelect } from '@mantine/core';
import { useBlocker } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { useTexts } from '../i18n/use-texts.js';
import { Card, Notice } from '../ui/blocks.js';
import { Dialog } from '../ui/dialog.js';
import { changedFrom, draftOf, EMPTY_PAYOUT, emptyLine, type Fault, type LineDraft, readDraft, type TermsDraft } from './draft.rules.js';
import { LineFields, UsualCards } from './line-fields.js';
import { PayoutFields } from './payout-fields.js';
import { ReviewTerms } from './review-terms.js';
import classes from './terms.module.css';
import { changesOf, dayAfter, NO_TERMS, type Terms } from './terms.rules.js';
import type { TermsVersion } from './terms-queries.js';

const BASES = ['row', 'batch'] as const;
const NO_FAULTS: readonly Fault[] = [];

/** Writes the next version of an acquirer's terms, beginning with the one in force. It is looked over and then proposed: a second person brings it into force. */
export function TermsForm(props: {
  acquirerId: string;
  current: TermsVersion | undefined;
  today: string;
  close: () => void;
  proposed: () => void;
}) {
  const { t } = useTexts();
  const { current, today, close } = props;
  // What was in force when the form opened is what is written on, whatever is saved meanwhile.
  const [written] = useState(current);
  const base: Terms = written ?? NO_TERMS;
  const [draft, setDraft] = useState<TermsDraft>(() => firstDraft(base, today));
  const [tried, setTried] = useState(false);
  const [reviewed, setReviewed] = useState<Terms | null>(null);
  const done = useRef(false);
  const read = readDraft(draft);
  const faults = tried && 'faults' in read ? read.faults : NO_FAULTS;
  const nothing = 'terms' in read && read.terms.fees === null && read.terms.funding === null;
  const same = 'terms' in read && changesOf(base, read.terms).length === 0;
  const dirty = !same && JSON.stringify(draft) !== JSON.stringify(firstDraft(base, today));
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = event.currentTarget;
    flushSync(() => setTried(true));
    if ('terms' in read && !nothing && !same) setReviewed(read.terms);
    else form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  };
  return (
    <>
      <form noValidate onSubmit={submit} className={classes.form} data-testid="terms-form">
        <FeeFields draft={draft} faults={faults} today={today} change={setDraft} />
        <PayoutPart draft={draft} faults={faults} today={today} change={setDraft} />
        <div role="alert">
          {faults.length === 0 ? null : <Notice tone="bad" title={t('terms.toCorrect', { count: faults.length })} testId="terms-faults" />}
          {tried && (nothing || same) ? (
            <Notice tone="info" title={t(nothing ? 'terms.nothing' : 'terms.same')} testId="terms-same" />
          ) : null}
        </div>
        <div className={classes.bar}>
          <Button variant="default" onClick={close}>
            {t('action.cancel')}
          </Button>
          <Button type="submit" data-testid="terms-review">
            {t('terms.review')}
          </Button>
        </div>
      </form>
      <ReviewTerms
        acquirerId={props.acquirerId}
        base={written}
        terms={reviewed}
        today={today}
        close={() => setReviewed(null)}
        proposed={() => {
          done.current = true;
          props.proposed();
        }}
      />
      <Leave dirty={() => dirty && !done.current} />
    </>
  );
}

/** Terms to write on; without any, one empty line and an empty payout show what is asked for. */
function firstDraft(base: Terms, today: string): TermsDraft {
  const draft = draftOf(base);
  if (base.fees !== null || base.funding !== null) return draft;
  return { ...draft, lines: [emptyLine([], today)], payout: EMPTY_PAYOUT };
}

interface PartProps {
  readonly draft: TermsDraft;
  readonly faults: readonly Fault[];
  readonly today: string;
  readonly change: (next: TermsDraft) => void;
}

function FeeFields({ draft, faults, today, change }: PartProps) {
  const { t } = useTexts();
  const [unlocked, setUnlocked] = useState<ReadonlySet<number>>(new Set());
  const { lines } = draft;
  const setLines = (next: readonly LineDraft[]) => change({ ...draft, lines: next });
  /** A new line's first field gets the focus: it may stand far below the button. */
  const focusOn = (testId: string) =>
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-testid="${testId}"]`)?.focus());
  return (
    <Card title={t('terms.fees')} testId="fee-fields">
      <UsualCards />
      <p className={classes.help}>{t('terms.feesHelp')}</p>
      {lines.length === 0 ? null : (
        <NativeSelect
          label={t('terms.basisLabel')}
          value={draft.basis}
          onChange={(event) => change({ ...draft, basis: event.currentTarget.value as TermsDraft['basis'] })}
          data={BASES.map((value) => ({ value, label: t(`terms.basis.${value}`) }))}
          className={classes.basisChoice}
          data-testid="terms-basis"
        />
      )}
      {lines.map((line, index) => (
        <LineFields
          key={line.key}
          line={line}
          at={index + 1}
          faults={faults}
          locked={
            line.agreed !== null && line.agreed.from <= today && !unlocked.has(line.key) && !faults.some((fault) => fault.line === line.key)
          }
          unlock={() => setUnlocked(new Set([...unlocked, line.key]))}
          change={(next) => setLines(lines.map((each) => (each.key === line.key ? { ...each, ...next } : each)))}
          changeFrom={() => {
            setLines(changedFrom(lines, line.key, dayAfter(today)));
            focusOn(`line-${index + 2}-rate`);
          }}
          remove={() => setLines(lines.filter((each) => each.key !== line.key))}
        />
      ))}
      <Button
        variant="default"
        leftSection={<Plus size={16} aria-hidden="true" />}
        onClick={() => {
          setLines([...lines, emptyLine(lines, today)]);
          focusOn(`line-${lines.length + 1}-cardKind`);
        }}
        data-testid="add-line"
      >
        {t('terms.addLine')}
      </Button>
    </Card>
  );
}

function PayoutPart({ draft, faults, today, change }: PartProps) {
  const { t } = useTexts();
  const { payout } = draft;
  return (
    <Card title={t('terms.payout')} testId="payout-fields">
      <p className={classes.help}>{t('terms.payoutHelp')}</p>
      {payout === null ? (
        <Button
          variant="default"
          leftSection={<Plus size={16} aria-hidden="true" />}
          onClick={() => change({ ...draft, payout: EMPTY_PAYOUT })}
          data-testid="add-payout"
        >
          {t('terms.addPayout')}
        </Button>
      ) : (
        <>
          <PayoutFields
            payout={payout}
            faults={faults}
            today={today}
            change={(next) => change({ ...draft, payout: { ...payout, ...next } })}
          />
          <Button size="sm" variant="subtle" onClick={() => change({ ...draft, payout: null })} mt="sm" data-testid="remove-payout">
            {t('terms.removePayout')}
          </Button>
        </>
      )}
    </Card>
  );
}

/** Asks before what was typed is lost. */
function Leave({ dirty }: { dirty: () => boolean }) {
  const { t } = useTexts();
  const blocker = useBlocker({ shouldBlockFn: dirty, enableBeforeUnload: dirty, withResolver: true });
  const blocked = blocker.status === 'blocked';
  return (
    <Dialog opened={blocked} close={() => blocker.reset?.()} title={t('terms.leaveTitle')} testId="leave-dialog">
      <p>{t('terms.leaveText')}</p>
      <div className={classes.buttons}>
        <Button variant="default" onClick={() => blocker.reset?.()} data-autofocus data-testid="leave-stay">
          {t('terms.stay')}
        </Button>
        <Button color="danger" onClick={() => blocker.proceed?.()} data-testid="leave-go">
          {t('terms.leave')}
        </Button>
      </div>
    </Dialog>
  );
}
