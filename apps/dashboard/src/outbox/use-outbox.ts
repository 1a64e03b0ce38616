import { useCallback, useEffect, useState } from 'react';
import { createExternalStore, useExternalStore } from '../app/external-store.js';
import { openOutbox } from './dispatch.js';
import type { Outbox } from './outbox.js';
import type { OutboxEntry, Write } from './outbox.rules.js';

const NOTHING = createExternalStore<readonly OutboxEntry[]>([]);

/** Lets the outbox send for this person as long as the component is shown. */
export function useOutboxFor(personId: string): void {
  useEffect(() => {
    void openOutbox().then((outbox) => outbox.actFor(personId));
    return () => void openOutbox().then((outbox) => outbox.actFor(null));
  }, [personId]);
}

/** Writes of this person that the server has not answered yet, and how to add one. */
export function useOutbox(): { waiting: readonly OutboxEntry[]; write: (write: Write) => Promise<string>; retry: () => void } {
  const [outbox, setOutbox] = useState<Outbox | null>(null);
  useEffect(() => {
    void openOutbox().then(setOutbox);
  }, []);
  const waiting = useExternalStore(outbox?.waiting ?? NOTHING);
  const write = useCallback(async (next: Write) => (await openOutbox()).add(next), []);
  const retry = useCallback(() => void outbox?.flush(true), [outbox]);
  return { waiting, write, retry };
}
