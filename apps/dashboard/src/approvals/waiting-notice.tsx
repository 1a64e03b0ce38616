import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTexts } from '../i18n/use-texts.js';
import { Notice } from '../ui/blocks.js';
import { useRequestsLive, waitingQuery } from './approval-queries.js';

/** Says on the fleet board that somebody waits for a second person. */
export function WaitingNotice() {
  const { t } = useTexts();
  useRequestsLive();
  const { data: count = 0 } = useQuery(waitingQuery);
  return (
    <div role="status">
      {count === 0 ? null : (
        <Notice tone="warn" title={t('fleet.waiting', { count })} testId="requests-waiting">
          <p>
            <Link to="/fleet/requests" search={{ show: 'waiting' }} data-testid="look-at-requests">
              {t('fleet.lookAtThem')}
            </Link>
          </p>
        </Notice>
      )}
    </div>
  );
}
