import { expect, test } from 'vitest';
import { shutOutSentence } from './shut-out.rules.js';

const BERLIN = { city: 'Berlin', gateway: 'gw-berlin', dataDir: '/data/agents/berlin', core: 'http://127.0.0.1:8080' };

test.each([
  ['the box was stolen', 'Berlin: gw-berlin was revoked (“the box was stolen”), so its agent here is not let in'],
  [null, 'Berlin: gw-berlin was enrolled on another machine, so its agent here is not let in'],
])('a gateway revoked for %j is said, with what to do', (revokedFor, begins) => {
  const sentence = shutOutSentence({ ...BERLIN, revokedFor });
  expect(sentence.startsWith(begins)).toBe(true);
  expect(sentence).toContain('enroll --core http://127.0.0.1:8080 --claim CLAIM --data "/data/agents/berlin"');
  expect(sentence).toContain('npm start -- --fresh');
  expect(sentence).not.toContain('\n');
});
