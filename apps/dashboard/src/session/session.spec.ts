import { beforeEach, describe, expect, it, vi } from 'vitest';
import { queryClient } from '../app/query-client.js';
import { signIn } from './session.js';

const server = vi.hoisted(() => ({ execute: vi.fn(), request: vi.fn(), showLanguage: vi.fn() }));
vi.mock('../graphql/client.js', () => ({ execute: server.execute, request: server.request }));
vi.mock('../graphql/live.js', () => ({ hangUp: vi.fn() }));
vi.mock('../i18n/start.js', () => ({ showLanguage: server.showLanguage }));

const me = { id: 'p1', name: 'Anna', role: 'hq', language: 'zh' };

beforeEach(() => {
  queryClient.clear();
  server.showLanguage.mockReset().mockResolvedValue(undefined);
  server.request.mockReset().mockResolvedValue(new Response('{}', { status: 200 }));
  server.execute
    .mockReset()
    .mockImplementation((_document, variables?: { language: string }) =>
      Promise.resolve(variables === undefined ? { me } : { setLanguage: { ...me, ...variables } }),
    );
});

describe('the language after a sign-in', () => {
  it('is the account’s where nobody picked one', async () => {
    expect(await signIn('anna', 'secret')).toBe('signedIn');
    expect(server.showLanguage.mock.calls).toEqual([['zh']]);
    expect(server.execute).toHaveBeenCalledTimes(1);
  });

  it('is the one that was picked, which becomes the account’s', async () => {
    expect(await signIn('anna', 'secret', 'en')).toBe('signedIn');
    expect(server.showLanguage.mock.calls).not.toContainEqual(['zh']);
    await vi.waitFor(() => expect(server.execute).toHaveBeenLastCalledWith(expect.anything(), { language: 'en' }));
  });

  it('of somebody who is not let in stays as it is', async () => {
    server.request.mockResolvedValue(new Response('{}', { status: 401 }));
    expect(await signIn('anna', 'wrong', 'en')).toBe('wrong');
    expect(server.showLanguage).not.toHaveBeenCalled();
  });
});
