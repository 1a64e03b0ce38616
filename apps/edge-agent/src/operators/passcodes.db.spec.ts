import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PASSCODE, type TestEdge, TestStore } from '../edge.fixtures.js';
import { Passcodes } from './passcodes.service.js';

let store: TestStore;
let edge: TestEdge;
let passcodes: Passcodes;

beforeEach(() => {
  store = new TestStore();
  edge = store.start();
  edge.apply();
  ({ passcodes } = edge.operators);
});
afterEach(() => {
  edge.crash();
  store.remove();
});

const identify = async (operatorId: string, passcode: string, place: string) => {
  const identity = await passcodes.identify(operatorId, passcode, place);
  return identity.ok ? 'ok' : identity.code;
};
/** How many wrong ones are looked at. */
const guess = async (operatorId: string, place: string) => {
  for (let n = 0; ; n++) if ((await identify(operatorId, '000000', place)) === 'tooManyAttempts') return n;
};

describe('Passcodes', () => {
  it('let nobody lock a person out everywhere', async () => {
    await edge.choosePasscode('mia');
    expect(await guess('mia', 'till till-7')).toBe(5);
    expect(await identify('mia', PASSCODE, 'till till-7')).toBe('tooManyAttempts');
    expect(await identify('mia', PASSCODE, 'machine 192.0.2.8')).toBe('ok');
  });

  it('answer for people nobody knows as for everybody, also when there were too many', async () => {
    await edge.choosePasscode('mia');
    expect([await guess('mia', 'till a'), await guess('eve', 'till b'), await guess('bob', 'till c')]).toEqual([5, 5, 5]);
  });

  it('take as long for people nobody knows, and for people who have none', async () => {
    const slow = new Passcodes({ clock: store.clock }, edge.journal, { within: () => {}, after: () => {} }, { iterations: 200_000 });
    const { code } = slow.issueCode('mia', null);
    await slow.choose('mia', code, PASSCODE, 'test');
    // Processor time, of which the machine's other work takes nothing away; without the derivation it would be a thousandth.
    const work = async (operatorId: string) => {
      let least = Number.POSITIVE_INFINITY;
      for (let i = 0; i < 4; i++) {
        const from = process.cpuUsage();
        expect(await slow.identify(operatorId, '000000', `${operatorId} ${i}`)).toEqual({ ok: false, code: 'passcodeWrong' });
        least = Math.min(least, process.cpuUsage(from).user);
      }
      return least;
    };
    const known = await work('mia');
    for (const nobody of ['eve', 'bob']) expect((await work(nobody)) / known).toBeGreaterThan(0.2);
  });

  it('go on counting guesses when somebody gives out codes, until one is used', async () => {
    await edge.choosePasscode('mia');
    for (let place = 0; place < 4; place++) expect(await guess('mia', `machine ${place}`)).toBe(5);
    const { code } = passcodes.issueCode('mia', 'tom');
    expect(await guess('mia', 'machine 5')).toBe(0);
    expect(await passcodes.choose('mia', code, '271828', 'machine 5')).toMatchObject({ ok: true });
    expect(await identify('mia', '271828', 'machine 5')).toBe('ok');
  });

  it('are chosen once with a code, also by two at the same moment', async () => {
    const { code } = passcodes.issueCode('mia', null);
    const both = await Promise.all(['111111', '222222'].map((passcode) => passcodes.choose('mia', code, passcode, 'test')));
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
    expect(edge.entries('OperatorPasscodeChanged')).toHaveLength(1);
  });

  it('remember from whom they come, over everybody between', async () => {
    await edge.choosePasscode('mia');
    await edge.choosePasscode('tom', 'mia');
    await edge.choosePasscode('ana', 'tom');
    expect(['mia', 'tom', 'ana', 'eve'].map((id) => passcodes.sponsorsOf(id))).toEqual([[], ['mia'], ['tom', 'mia'], null]);
    // Of a passcode with a code from somebody of whom nothing is known, nothing is known either.
    await edge.choosePasscode('bob', 'eve');
    expect(passcodes.sponsorsOf('bob')).toBeNull();
  });
});
