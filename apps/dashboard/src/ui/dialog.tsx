import { X } from 'lucide-react';
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import classes from './dialog.module.css';

/**
 * A modal dialog: the browser's own `<dialog>`, which keeps the focus inside, makes the rest inert and gives the focus back when it closes.
 * Escape and a click beside it close it. The element with `data-autofocus` gets the focus first.
 */
export function Dialog(props: {
  opened: boolean;
  close: () => void;
  /** Shown as heading; `label` names a dialog without one. */
  title?: string;
  label?: string;
  shape?: 'plain' | 'wide' | 'side' | 'top';
  testId?: string;
  children: ReactNode;
}) {
  const { t } = useTexts();
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { opened, close } = props;
  useEffect(() => {
    const element = dialog.current;
    if (!element) return;
    if (opened && !element.open) {
      element.showModal();
      element.querySelector<HTMLElement>('[data-autofocus]')?.focus();
    }
    if (!opened && element.open) element.close();
  }, [opened]);
  const onBackdrop = (event: MouseEvent) => {
    if (event.target === dialog.current) close();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the click beside the dialog only repeats what Escape does
    <dialog
      ref={dialog}
      className={`${classes.dialog} ${classes[props.shape ?? 'plain'] ?? ''}`}
      aria-labelledby={props.title === undefined ? undefined : titleId}
      aria-label={props.label}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={onBackdrop}
      data-testid={props.testId}
    >
      {opened ? (
        props.title === undefined ? (
          props.children
        ) : (
          <>
            <div className={classes.head}>
              <h2 id={titleId}>{props.title}</h2>
              <button type="button" className={classes.close} onClick={close} aria-label={t('action.close')}>
                <X aria-hidden="true" />
              </button>
            </div>
            <div className={classes.body}>{props.children}</div>
          </>
        )
      ) : null}
    </dialog>
  );
}
