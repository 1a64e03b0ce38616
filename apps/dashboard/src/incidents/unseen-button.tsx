import { Button } from '@mantine/core';
import { ArrowUp } from 'lucide-react';
import { useExternalStore } from '../app/external-store.js';
import { showUnseen, unseenIncidents } from '../app/live-updates.js';
import { useTexts } from '../i18n/use-texts.js';
import classes from './incidents.module.css';

/** New incidents wait behind this button, so that nothing moves under a finger. */
export function UnseenButton() {
  const { t } = useTexts();
  const unseen = useExternalStore(unseenIncidents);
  if (unseen.length === 0) return null;
  return (
    <div className={classes.unseen}>
      <Button
        variant="light"
        onClick={() => void showUnseen()}
        leftSection={<ArrowUp size={16} aria-hidden="true" />}
        data-testid="show-new-incidents"
      >
        {t('incident.showNew', { count: unseen.length })}
      </Button>
    </div>
  );
}
