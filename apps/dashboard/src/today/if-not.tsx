import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTexts } from '../i18n/use-texts.js';
import classes from './today.module.css';

/** “What happens if I don't?”, answered on request. */
export function IfNot({ children }: { children: ReactNode }) {
  const { t } = useTexts();
  return (
    <details className={classes.ifNot}>
      <summary>
        <ChevronRight aria-hidden="true" />
        {t('today.ifNot')}
      </summary>
      <p>{children}</p>
    </details>
  );
}
