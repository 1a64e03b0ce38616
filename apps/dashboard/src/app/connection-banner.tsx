import { Button } from '@mantine/core';
import { Radio, RefreshCw, WifiOff } from 'lucide-react';
import { useEffect } from 'react';
import { deviceZone } from '../format/time.js';
import { request } from '../graphql/client.js';
import { connection, noteConnection } from '../graphql/connection.js';
import { NotReachable } from '../graphql/failures.js';
import { useTexts } from '../i18n/use-texts.js';
import { useOutbox } from '../outbox/use-outbox.js';
import { Notice } from '../ui/blocks.js';
import { StateChip } from '../ui/state-chip.js';
import { ZonedClock } from '../ui/values.js';
import { useExternalStore } from './external-store.js';
import { queryClient } from './query-client.js';
import classes from './shell.module.css';

const ASK_EVERY_MS = 5_000;

/** Asks whether the server is there again, as long as it is not. */
function useReturnWatch(reachable: boolean, retryWrites: () => void): void {
  useEffect(() => {
    const gone = () => noteConnection({ reachable: false });
    window.addEventListener('offline', gone);
    return () => window.removeEventListener('offline', gone);
  }, []);
  useEffect(() => {
    if (reachable) return;
    const ask = async () => {
      try {
        await request('/healthz', { method: 'GET' });
      } catch (failure) {
        if (failure instanceof NotReachable) return;
        throw failure;
      }
      retryWrites();
      await queryClient.invalidateQueries();
    };
    const timer = setInterval(() => void ask(), ASK_EVERY_MS);
    return () => clearInterval(timer);
  }, [reachable, retryWrites]);
}

/** Says when the server cannot be reached, how old the data is, and how many writes are kept. */
export function ConnectionBanner() {
  const { t } = useTexts();
  const { reachable, lastContactAt } = useExternalStore(connection);
  const { waiting, retry } = useOutbox();
  useReturnWatch(reachable, retry);
  return (
    <div role="status" aria-live="polite">
      {reachable ? null : (
        <div className={classes.banner}>
          <Notice tone="warn" title={t('connection.offline')} testId="offline-banner">
            <p>
              {t('connection.keepWorking')}{' '}
              {lastContactAt === null ? null : (
                <>
                  {t('connection.asOf')} <ZonedClock at={new Date(lastContactAt).toISOString()} timeZone={deviceZone()} />
                </>
              )}
            </p>
          </Notice>
        </div>
      )}
      {waiting.length === 0 || (reachable && waiting.every((entry) => entry.attempts === 0)) ? null : (
        <div className={classes.banner}>
          <Notice tone="info" title={t('outbox.waiting', { count: waiting.length })} testId="outbox-banner">
            <Button variant="default" size="sm" onClick={retry} leftSection={<RefreshCw size={16} aria-hidden="true" />}>
              {t('outbox.sendNow')}
            </Button>
          </Notice>
        </div>
      )}
    </div>
  );
}

/** Whether what is on the screen renews itself. */
export function LiveState() {
  const { t } = useTexts();
  const { reachable, live } = useExternalStore(connection);
  if (!reachable) {
    return (
      <StateChip tone="warn" icon={WifiOff} plain testId="live-state">
        {t('connection.offlineShort')}
      </StateChip>
    );
  }
  return live === 'lost' ? (
    <StateChip tone="warn" icon={RefreshCw} plain testId="live-state">
      {t('connection.reconnecting')}
    </StateChip>
  ) : (
    <StateChip tone="quiet" icon={Radio} plain testId="live-state">
      {t('connection.live')}
    </StateChip>
  );
}
