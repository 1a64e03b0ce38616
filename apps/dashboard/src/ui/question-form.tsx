import { Button, Textarea } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import { NotReachable } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import { MOST_CHARACTERS } from '../terminal/action.rules.js';
import { Notice } from './blocks.js';
import classes from './ui.module.css';

/** The reason a person has to give. */
export interface ReasonField {
  readonly label: string;
  readonly help?: string;
  /** What is said while there is none. */
  readonly missing: string;
  /** What else is wrong with one; nothing by default. */
  readonly fault?: (reason: string) => string | undefined;
  readonly testId: string;
  /** False where another field comes first. */
  readonly first?: boolean;
}

/** The button that does it. */
export interface ConfirmButton {
  readonly label: string;
  readonly testId: string;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

/**
 * What a dialog asks once: what will happen to what, a reason where one is needed, what went wrong, and two buttons. Nothing is sent twice while it is under way, nothing with a field that is wrong: the first
 * of those gets the focus.
 */
export function QuestionForm(props: {
  /** What it means, and fields of its own, which are told whether the person tried to go on. */
  children: ReactNode | ((tried: boolean) => ReactNode);
  reason?: ReasonField | undefined;
  /** A field among the children is not right yet. */
  faulty?: boolean;
  /** Undefined where there is nothing to do. */
  confirm: ConfirmButton | undefined;
  /** The way out has the focus at first: for what can't be undone and needs no reason. */
  startAtCancel?: boolean;
  /** What is said when the server can't be reached. */
  notSent: string;
  /** Sends it and closes the dialog; answers what is wrong in words, or nothing. Being away is thrown as NotReachable. */
  send: (reason: string) => Promise<string | undefined>;
  close: () => void;
}) {
  const { t } = useTexts();
  const { children, reason, confirm } = props;
  const [written, setWritten] = useState('');
  const [tried, setTried] = useState(false);
  const { send, sending, problem } = useSending(props.send, props.notSent);
  const fault = reason === undefined ? undefined : written.trim() === '' ? reason.missing : reason.fault?.(written);
  const submit = (form: HTMLFormElement) => {
    setTried(true);
    if (fault === undefined && props.faulty !== true) return void send(written);
    // Once what is wrong is marked.
    requestAnimationFrame(() => form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  return (
    <form
      noValidate
      className={classes.question}
      onSubmit={(event) => {
        event.preventDefault();
        submit(event.currentTarget);
      }}
    >
      {typeof children === 'function' ? children(tried) : children}
      {reason === undefined ? null : (
        <Textarea
          label={reason.label}
          description={reason.help}
          required
          rows={2}
          maxLength={MOST_CHARACTERS.reason}
          value={written}
          onChange={(event) => setWritten(event.currentTarget.value)}
          error={tried ? fault : undefined}
          data-testid={reason.testId}
          data-autofocus={reason.first === false ? undefined : true}
        />
      )}
      <div role="alert">{problem === null ? null : <Notice tone="bad">{problem}</Notice>}</div>
      <div className={classes.answers}>
        <Button variant="default" onClick={props.close} data-autofocus={props.startAtCancel === true ? true : undefined}>
          {t('action.cancel')}
        </Button>
        {confirm === undefined ? null : (
          <Button
            type="submit"
            color={confirm.danger === true ? 'danger' : 'accent'}
            loading={sending}
            disabled={confirm.disabled === true}
            data-testid={confirm.testId}
          >
            {confirm.label}
          </Button>
        )}
      </div>
    </form>
  );
}

function useSending(ask: (reason: string) => Promise<string | undefined>, notSent: string) {
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const send = async (reason: string) => {
    setSending(true);
    setProblem(null);
    try {
      setProblem((await ask(reason)) ?? null);
    } catch (failure) {
      if (!(failure instanceof NotReachable)) throw failure;
      setProblem(notSent);
    } finally {
      setSending(false);
    }
  };
  return { send, sending, problem };
}
