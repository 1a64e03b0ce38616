import type { ChainFile } from '@tillward/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { systemActor, UnitOfWork } from '../database/index.js';
import { startTestCore, type TestCore } from '../graphql/core.fixtures.js';
import { hashPassword, passwordMatches } from './identity.password.js';
import { Identity } from './identity.service.js';

vi.mock('./identity.password.js', { spy: true });

let world: TestCore;
beforeAll(async () => {
  world = await startTestCore();
});
afterAll(() => world.stop());

const people = (ids: readonly string[], change: Partial<ChainFile['people'][number]> = {}): ChainFile['people'] =>
  ids.map((id) => ({
    id,
    name: id,
    role: 'cashier',
    language: 'en',
    stores: ['berlin'],
    password: `password of ${id}`,
    certified: [],
    ...change,
  }));

function provision(file: ChainFile['people']): Promise<string[]> {
  const work = world.core.app.get(UnitOfWork, { strict: false });
  return work.run(systemActor('test'), (ctx) => world.core.app.get(Identity, { strict: false }).provision(ctx, file));
}

const stored = async (id: string) =>
  (
    await world.database.query<{ name: string; role: string; language: string; hash: string; stores: string[] }>(
      `SELECT name, role, language, password_hash AS hash, ARRAY(SELECT store_id FROM person_store WHERE person_id = p.id) AS stores
         FROM person p WHERE id = '${id}'`,
    )
  )[0]!;

describe('provisioning people', () => {
  it('hashes the passwords of the new ones at the same time', async () => {
    const { promise: allBegun, resolve } = Promise.withResolvers<void>();
    let begun = 0;
    vi.mocked(hashPassword).mockImplementation(async (password) => {
      if (++begun === 3) resolve();
      // One after another would wait here for ever.
      await allBegun;
      return `hash of ${password}`;
    });
    expect(await provision(people(['anna', 'bo', 'cem']))).toEqual(['anna', 'bo', 'cem']);
    expect((await stored('bo')).hash).toBe('hash of password of bo');
    vi.mocked(hashPassword).mockReset();
  });

  it('hashes nothing for those who exist: their password and language are their own by now', async () => {
    await provision(people(['dana']));
    const before = await stored('dana');
    expect(await passwordMatches(before.hash, 'password of dana')).toBe(true);
    vi.mocked(hashPassword).mockClear();
    const changed = people(['dana'], { password: 'another password', language: 'zh', name: 'Dana', role: 'manager', stores: ['tokyo'] });
    expect(await provision(changed)).toEqual([]);
    expect(hashPassword).not.toHaveBeenCalled();
    expect(await stored('dana')).toEqual({ ...before, name: 'Dana', role: 'manager', stores: ['tokyo'] });
  });

  it('hashes for the one who is new among those who exist', async () => {
    vi.mocked(hashPassword).mockClear();
    expect(await provision(people(['anna', 'dana', 'eli']))).toEqual(['eli']);
    expect(vi.mocked(hashPassword).mock.calls).toEqual([['password of eli']]);
  });
});
