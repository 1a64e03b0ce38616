import { VisuallyHidden } from '@mantine/core';
import { CircleAlert, CircleCheck, Info, TriangleAlert, X } from 'lucide-react';
import { useExternalStore } from '../app/external-store.js';
import { useTexts } from '../i18n/use-texts.js';
import { dismiss, spoken, toasts } from './announcer.js';
import classes from './ui.module.css';

const ICONS = { ok: CircleCheck, warn: TriangleAlert, bad: CircleAlert, info: Info } as const;

/** The one place where short messages appear and are spoken. Mounted once. */
export function Toasts() {
  const { t } = useTexts();
  const shown = useExternalStore(toasts);
  const speech = useExternalStore(spoken);
  return (
    <>
      <section className={classes.toasts} aria-live="polite" aria-label={t('live.messages')} data-testid="toasts">
        {shown.map(({ id, tone, text }) => {
          const Icon = ICONS[tone];
          return (
            <div key={id} className={`${classes.toast} ${classes[tone]}`} data-tone={tone}>
              <Icon aria-hidden="true" />
              <span>{text}</span>
              <button type="button" onClick={() => dismiss(id)} aria-label={t('action.dismiss')}>
                <X aria-hidden="true" />
              </button>
            </div>
          );
        })}
      </section>
      <VisuallyHidden role="status" aria-live="polite">
        {speech}
      </VisuallyHidden>
    </>
  );
}
