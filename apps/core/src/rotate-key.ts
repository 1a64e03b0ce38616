import { createPrivateKey } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { rotationStatement } from './messaging/index.js';

const DAY_MS = 24 * 3_600_000;

/*
 * Adds a change of core's signing key to the rotations file (docs/runbooks/signing-key.md). Run where both private keys are at hand; core itself never holds
 * the one before.
 */
const { values } = parseArgs({
  options: {
    from: { type: 'string' },
    'from-id': { type: 'string' },
    to: { type: 'string' },
    'to-id': { type: 'string' },
    file: { type: 'string' },
    'overlap-days': { type: 'string', default: '30' },
  },
});
const { from, to, file } = values;
const [fromId, toId, overlapDays] = [values['from-id'], values['to-id'], Number(values['overlap-days'])];
if (!from || !to || !file || !fromId || !toId || !(overlapDays >= 0 && overlapDays <= 90)) {
  process.stderr.write(
    'usage: rotate-key --from old.pem --from-id ID --to new.pem --to-id ID --file rotations.json [--overlap-days 0…90]\n',
  );
  process.exit(64);
}
const now = new Date();
const statement = rotationStatement(
  { keyId: fromId, privateKey: createPrivateKey(readFileSync(from)) },
  { keyId: toId, key: createPrivateKey(readFileSync(to)) },
  now,
  new Date(now.getTime() + overlapDays * DAY_MS),
);
const before: unknown[] = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : [];
writeFileSync(`${file}.new`, `${JSON.stringify([...before, statement], null, 2)}\n`);
renameSync(`${file}.new`, file);
process.stdout.write(`${fromId} → ${toId}; ${fromId} counts until ${new Date(now.getTime() + overlapDays * DAY_MS).toISOString()}\n`);
