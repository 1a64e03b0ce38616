import { describe, expect, it } from 'vitest';
import type { Change } from '../database/index.js';
import type { PersonActor, Viewer } from './access.js';
import { liveItems } from './live.js';

const actor = (change: Partial<PersonActor> = {}): PersonActor => ({
  kind: 'person',
  id: 'm',
  name: 'M',
  role: 'manager',
  language: 'en',
  stores: ['berlin'],
  ...change,
});
const CHANGE: Change = { stores: ['berlin'], incidents: [], all: false };
const feed = {
  async *changes() {
    yield CHANGE;
    yield CHANGE;
  },
};

function items(now: PersonActor | undefined): AsyncIterableIterator<unknown> {
  const viewer: Viewer = { actor: actor(), sessionId: 's', again: async () => now };
  return liveItems(feed as never, viewer, async (_change, who) => [who.stores], 0);
}

describe('liveItems', () => {
  it('reads as the person is now, not as the person was when the subscription began', async () => {
    expect((await items(actor({ stores: ['tokyo'] })).next()).value).toEqual(['tokyo']);
  });

  it('ends with the session, and with the role', async () => {
    expect(await items(undefined).next()).toMatchObject({ done: true });
    await expect(items(actor({ role: 'cashier' })).next()).rejects.toMatchObject({ extensions: { code: 'notAllowed' } });
  });
});
