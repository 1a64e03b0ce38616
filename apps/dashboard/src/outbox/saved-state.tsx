import { useExternalStore } from '../app/external-store.js';
import { connection } from '../graphql/connection.js';
import { useTexts } from '../i18n/use-texts.js';
import type { OutboxEntry } from './outbox.rules.js';

/** What happens to a write that the server has not answered: it is under way, or it is kept until the server can be reached. */
export function SavedState({ entry }: { entry: OutboxEntry }) {
  const { t } = useTexts();
  const { reachable } = useExternalStore(connection);
  return entry.attempts > 0 || !reachable ? t('outbox.savedWillSend') : t('outbox.sending');
}
