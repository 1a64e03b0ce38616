import { EVENT_TYPE } from '@tillward/contracts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { desiredBody, type TestEdge, TestStore } from '../edge.fixtures.js';

let store: TestStore;
let edge: TestEdge;

beforeEach(() => {
  store = new TestStore();
  edge = store.start();
});
afterEach(() => {
  if (!edge.dead) edge.crash();
  store.remove();
});

const receive = (body: unknown) => edge.policy.receive(store.core.event(EVENT_TYPE.desired, body));

describe('PolicyService', () => {
  it('applies a signed document, says so, and works from its cache after a start without core', () => {
    receive(desiredBody(1, { 'hours.close': '19:30' }));
    expect(edge.entries('PolicyApplied')[0]!.payload).toEqual({ version: 1, refused: [] });
    edge.crash();
    edge = store.start();
    expect(edge.policy.current).toMatchObject({ version: 1, timeZone: 'UTC', settings: { 'hours.close': '19:30' } });
    expect(edge.terminals.all().map((actor) => actor.id)).toEqual(['t1', 't2']);
  });

  it('refuses a key it does not know or admit, keeps what was in force for it, and applies the rest', () => {
    receive(desiredBody(1, { 'settlement.attempts': 3 }));
    receive(desiredBody(2, { 'settlement.attempts': 'many', 'coffee.strength': 9, 'hours.close': '18:00' }));
    const { refused } = edge.entries('PolicyApplied')[1]!.payload;
    expect(refused.map(({ key }) => key).sort()).toEqual(['coffee.strength', 'settlement.attempts']);
    expect(edge.policy.current?.settings).toMatchObject({ 'settlement.attempts': 3, 'hours.close': '18:00' });
    edge.crash();
    edge = store.start();
    expect(edge.policy.current?.settings).toMatchObject({ 'settlement.attempts': 3, 'hours.close': '18:00' });
  });

  it('ignores the version in force and refuses older ones', () => {
    receive(desiredBody(2));
    receive(desiredBody(2, { 'hours.close': '10:00' }));
    receive(desiredBody(1));
    expect(edge.policy.current?.version).toBe(2);
    expect(edge.policy.current?.settings['hours.close']).toBe('20:00');
    expect(edge.entries('PolicyRefused')).toHaveLength(1);
    expect(edge.entries('PolicyRefused')[0]!.payload.version).toBe(1);
  });

  it('refuses what core did not sign', () => {
    const event = store.core.event(EVENT_TYPE.desired, desiredBody(1));
    edge.policy.receive({ ...event, data: { ...event.data, body: event.data.body.replace('20:00', '23:59') } });
    edge.policy.receive({ ...event, data: { ...event.data, keyId: 'somebody' } });
    edge.policy.receive({ ...event, type: EVENT_TYPE.command });
    edge.policy.receive(store.core.event(EVENT_TYPE.desired, { version: 1 }));
    edge.policy.receive(null);
    expect(edge.policy.current).toBeNull();
    expect(edge.entries('PolicyRefused').map((entry) => entry.payload.reason)).toEqual([
      'bad signature',
      'unknown key',
      'malformed event',
      'malformed body',
      'malformed event',
    ]);
  });

  it('does not use a cached document that was edited on the disk', () => {
    receive(desiredBody(1));
    edge.journal.store.database.exec(`UPDATE policy SET body = replace(body, '20:00', '23:00')`);
    edge.crash();
    edge = store.start();
    expect(edge.policy.current).toBeNull();
  });

  it('refuses a terminal it can not read, alone, and names neither secret nor value', async () => {
    const body = desiredBody(1);
    const [good, other] = body.terminals;
    const strange = { ...other!, driver: 'teleport', password: 'secret-1' };
    const broken = { ...other!, id: 't3', port: 'secret-2' };
    receive({ ...body, terminals: [good, strange, broken, { driver: 'zvt' }] });
    expect(edge.entries('PolicyApplied')[0]!.payload.refused).toEqual([
      { key: 'terminals.t2', reason: 'this gateway knows no driver of this name' },
      { key: 'terminals.t3', reason: 'malformed: port' },
      { key: 'terminals.3', reason: 'malformed: id' },
    ]);
    expect(edge.terminals.all().map((actor) => actor.id)).toEqual(['t1']);
    edge.crash();
    edge = store.start();
    expect(edge.terminals.all().map((actor) => actor.id)).toEqual(['t1']);
  });

  it('waits for what must be loaded to check a document, and takes the next one after it', async () => {
    let loaded: () => void = () => {};
    store.devices.prepare = () => new Promise<void>((resolve) => (loaded = resolve));
    store.devices.check = ({ id }) => (id === 't2' ? 'its driver could not be loaded' : null);
    receive(desiredBody(1));
    receive(desiredBody(3));
    receive(desiredBody(2));
    expect(edge.policy.current).toBeNull();
    store.devices.prepare = () => null;
    loaded();
    await store.clock.until(() => edge.policy.current?.version === 3);
    expect(edge.entries('PolicyApplied').map(({ payload }) => [payload.version, payload.refused])).toEqual([
      [1, [{ key: 'terminals.t2', reason: 'its driver could not be loaded' }]],
      [3, [{ key: 'terminals.t2', reason: 'its driver could not be loaded' }]],
    ]);
    expect(edge.terminals.all().map((actor) => actor.id)).toEqual(['t1']);
  });

  it('adds, changes and removes terminals with the document', async () => {
    receive(desiredBody(1));
    const body = desiredBody(2);
    receive({ ...body, terminals: [{ ...body.terminals[0]!, port: 20_008 }] });
    await store.clock.until(() => edge.terminals.get('t1')?.connection.port === 20_008);
    expect(edge.terminals.get('t2')).toBeUndefined();
  });
});
