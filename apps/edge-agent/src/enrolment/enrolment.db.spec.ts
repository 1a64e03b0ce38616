import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type Server } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../config.js';
import { TestClock } from '../edge.fixtures.js';
import { Journal } from '../journal/index.js';
import { connectTls } from '../link/link.tls.js';
import { silentLog } from '../log.js';
import { EnrollingCore, TestAuthority, type TestCertificate } from './authority.fixtures.js';
import { serialOf } from './certificate.js';
import { runEnrolmentCommand } from './enrolment.command.js';
import { type EnrolmentFile, EnrolmentFileError, readEnrolment } from './enrolment.file.js';
import { Renewal, type RenewalOutcome } from './renewal.service.js';

const CLAIM = 'berlin.AAAA-BBBB-CCCC-DDDD';

let dataDir: string;
let core: EnrollingCore;
let said = '';

beforeAll(async () => {
  core = await EnrollingCore.start();
});
afterAll(() => core.stop());
beforeEach(() => {
  dataDir = join(mkdtempSync(join(tmpdir(), 'tillward-enrolment-')), 'agent');
  core.requests.length = 0;
});
afterEach(() => {
  Object.assign(core, { refuse: undefined, content: {}, journal: { epoch: 0, session: 0 } });
  rmSync(join(dataDir, '..'), { recursive: true, force: true });
});

async function command(...words: string[]): Promise<number> {
  said = '';
  const say = (text: string) => {
    said += text;
  };
  return await runEnrolmentCommand(words, { out: say, err: say, now: () => Date.now(), dataDir: undefined });
}
const enroll = (claim = CLAIM) => command('enroll', '--core', core.url, '--claim', claim, '--data', dataDir);
const renew = () => command('renew', '--data', dataDir);

describe('tillward-edge enroll', () => {
  it('makes keys that never leave the machine and keeps what core answers, for its owner only', async () => {
    expect([await enroll(), said]).toEqual([
      0,
      expect.stringMatching(/^enrolled as gateway gw-berlin of store berlin, certificate until 20/),
    ]);
    const kept = readEnrolment(dataDir)!;
    expect(kept).toMatchObject({ core: core.url, store: 'berlin', gateway: 'gw-berlin', broker: { url: 'mqtts://127.0.0.1:8883' } });
    expect(readdirSync(dataDir)).toEqual(['enrolment.json']);
    expect(statSync(join(dataDir, 'enrolment.json')).mode & 0o777).toBe(0o600);
    expect(statSync(dataDir).mode & 0o777).toBe(0o700);
    const sent = JSON.stringify(core.requests);
    for (const key of [kept.key, kept.journalKey]) expect(sent).not.toContain(key.split('\n')[1]);
  });

  it('asks for the same thing again when the answer was lost', async () => {
    core.refuse = 'hangUp';
    expect(await enroll()).toBe(1);
    expect(readdirSync(dataDir)).toEqual(['enrolment-pending.json']);
    core.refuse = undefined;
    expect(await enroll()).toBe(0);
    expect(core.requests[1]!.body).toEqual(core.requests[0]!.body);
  });

  it('begins its journal after what core has of another machine’s, and only then', async () => {
    core.journal = { epoch: 3, session: 40 };
    await enroll();
    const journal = new Journal({ dataDir, store: 'berlin', gateway: 'gw-berlin', now: () => 0 });
    expect([journal.epoch, journal.session]).toEqual([4, 41]);
    journal.close();
    // The same machine again, with its journal: nothing is lost, so nothing begins anew.
    await enroll('berlin.AAAA-BBBB-CCCC-EEEE');
    const again = new Journal({ dataDir, store: 'berlin', gateway: 'gw-berlin', now: () => 0 });
    expect(again.epoch).toBe(4);
    again.close();
  });

  it('doesn’t use a claim up for a folder with another store’s journal', async () => {
    await enroll();
    new Journal({ dataDir, store: 'berlin', gateway: 'gw-berlin', now: () => 0 }).close();
    core.requests.length = 0;
    expect([await enroll('tokyo.AAAA-BBBB-CCCC-DDDD'), core.requests]).toEqual([3, []]);
    expect(said).toContain('journal of store berlin');
  });

  it.each<[string, () => Promise<void> | void]>([
    ['a certificate for another key', async () => void Object.assign(core.content, { publicKey: await otherKey() })],
    ['one of another authority', async () => void Object.assign(core, { signer: await TestAuthority.create('Another') })],
  ])('keeps nothing of an answer with %s', async (_what, change) => {
    const { signer } = core;
    await change();
    expect([await enroll(), readEnrolment(dataDir)]).toEqual([3, undefined]);
    core.signer = signer;
  });

  it.each([
    [['--core', 'http://core.example', '--claim', CLAIM], 64, 'must begin with https://'],
    [['--core', 'ftp://core.example', '--claim', CLAIM], 64, 'must begin with https://'],
    [['--core', 'nowhere', '--claim', CLAIM], 64, 'is not a URL'],
    [['--core', 'http://127.0.0.1:1', '--claim', 'guess'], 64, '--claim: expected a claim'],
    [['--claim', CLAIM], 64, '--core: expected'],
    [['--core', 'http://127.0.0.1:1', '--claim', CLAIM, '--colour', 'red'], 64, '--colour'],
    [['--core', 'http://127.0.0.1:1', '--claim', CLAIM], 1, 'ECONNREFUSED'],
  ])('%j: %i, and says why', async (words, status, why) => {
    expect([await command('enroll', ...words, '--data', dataDir), said]).toEqual([status, expect.stringContaining(why)]);
  });

  it('says what core says', async () => {
    core.refuse = { status: 403, error: 'claimRefused' };
    expect([await enroll(), said]).toEqual([3, 'tillward-edge enroll: No. (claimRefused)\n']);
    core.refuse = { status: 503, error: 'unavailable' };
    expect(await enroll()).toBe(1);
    expect([await command('enrol'), await command('help')]).toEqual([64, 0]);
  });
});

async function otherKey(): Promise<Uint8Array> {
  const { generateKeyPairSync } = await import('node:crypto');
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
}

describe('tillward-edge renew', () => {
  it('gets a certificate for a new key with the old one’s signature, also when it has expired', async () => {
    core.content = { from: -48, to: -24 };
    await enroll();
    const before = readEnrolment(dataDir)!;
    core.content = {};
    expect(await renew()).toBe(0);
    const after = readEnrolment(dataDir)!;
    expect(core.requests[1]!.body).toMatchObject({ store: 'berlin', serial: serialOf(before.certificate) });
    expect(after.key).not.toBe(before.key);
    expect({ ...after, key: '', certificate: '', receivedAtMs: 0 }).toEqual({ ...before, key: '', certificate: '', receivedAtMs: 0 });
  });

  it('leaves everything as it is when it fails, and asks for the same thing again', async () => {
    await enroll();
    const before = readFileSync(join(dataDir, 'enrolment.json'), 'utf8');
    core.refuse = 'hangUp';
    expect(await renew()).toBe(1);
    expect(readFileSync(join(dataDir, 'enrolment.json'), 'utf8')).toBe(before);
    core.refuse = { status: 403, error: 'certificateRevoked' };
    expect([await renew(), said]).toEqual([3, expect.stringContaining('certificateRevoked')]);
    core.refuse = undefined;
    expect(await renew()).toBe(0);
    expect(core.requests.slice(1).map(({ body }) => body['csr'])).toEqual(Array(3).fill(core.requests[1]!.body['csr']));
  });

  it('keeps nothing of another authority', async () => {
    await enroll();
    const { signer } = core;
    core.signer = await TestAuthority.create('Another');
    expect(await renew()).toBe(3);
    core.signer = signer;
  });
});

describe('the file of the enrolment', () => {
  it('may hold what a newer version added, and keeps it through a renewal by this one', async () => {
    await enroll();
    const file = join(dataDir, 'enrolment.json');
    const before = JSON.parse(readFileSync(file, 'utf8')) as EnrolmentFile;
    writeFileSync(file, JSON.stringify({ ...before, backups: ['https://b.example'], broker: { ...before.broker, region: 'eu' } }));
    expect(readEnrolment(dataDir)).toMatchObject({ gateway: 'gw-berlin', backups: ['https://b.example'] });
    expect(await renew()).toBe(0);
    const after = readEnrolment(dataDir)!;
    expect(after).toMatchObject({ backups: ['https://b.example'] });
    expect(after.certificate).not.toBe(before.certificate);
  });

  it.each<[string, (text: string) => string]>([
    ['is cut off in the middle of a key', (text) => text.slice(0, text.indexOf('PRIVATE KEY') + 60)],
    ['is empty', () => ''],
    ['is of a version to come', (text) => text.replace('"version":1', '"version":2')],
    ['lacks its key', (text) => text.replace('"key":', '"was":')],
    ['is something else', () => '[]'],
  ])('that %s is refused by name, and nothing of it is quoted', async (_name, damage) => {
    await enroll();
    const file = join(dataDir, 'enrolment.json');
    const text = readFileSync(file, 'utf8');
    writeFileSync(file, damage(text));
    let thrown: unknown;
    try {
      readEnrolment(dataDir);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(EnrolmentFileError);
    expect((thrown as EnrolmentFileError).code).toBe('enrolmentUnreadable');
    expect((thrown as EnrolmentFileError).message).toBe(`${file} is not an enrolment this version can use`);
    expect((thrown as EnrolmentFileError).cause).toBeUndefined();
    expect(await renew()).toBe(1);
    expect(said).toContain('enrolment.json is not an enrolment this version can use');
  });
});

describe('the agent', () => {
  it('takes everything from its enrolment, and another address when it is told one', async () => {
    await enroll();
    const env = { TILLWARD_DATA_DIR: dataDir, TILLWARD_TILL_PORT: '0', TILLWARD_TILL_TOKEN: 'till-token-0123456789' };
    expect(readConfig(env)).toMatchObject({
      store: 'berlin',
      gateway: 'gw-berlin',
      mqttUrl: 'mqtts://127.0.0.1:8883',
      coreKey: { keyId: 'core-1' },
    });
    const moved = readConfig({ ...env, MQTT_URL: 'mqtts://127.0.0.1:9', TILLWARD_CORE_URL: 'http://127.0.0.1:8' });
    expect([moved.mqttUrl, moved.enrolment?.renewArgs]).toEqual([
      'mqtts://127.0.0.1:9',
      ['--data', dataDir, '--core', 'http://127.0.0.1:8'],
    ]);
    expect(() => readConfig({ ...env, MQTT_URL: 'mqtt://127.0.0.1:9' })).toThrow(/MQTT_URL: expected a URL starting with mqtts/);
    writeFileSync(join(dataDir, 'enrolment.json'), '{"version":1}');
    expect(() => readConfig(env)).toThrow(/TILLWARD_DATA_DIR: expected a folder with a usable enrolment/);
  });

  describe('renews', () => {
    const HOUR_MS = 3_600_000;
    let clock: TestClock;
    let outcomes: RenewalOutcome[];
    let tries: number;
    let renewed: number;
    let renewal: Renewal;
    /** The certificate of these tests lives a day and an hour: a third of it is over after 8 h 20 min. */
    beforeEach(async () => {
      await enroll();
      clock = new TestClock(0);
      outcomes = [];
      tries = 0;
      renewed = 0;
      const file: EnrolmentFile = { ...readEnrolment(dataDir)!, receivedAtMs: 0 };
      const tryOnce = async (): Promise<RenewalOutcome> => {
        tries += 1;
        return outcomes.shift() ?? 'renewed';
      };
      renewal = new Renewal({ clock, log: silentLog, tryOnce, read: () => ({ ...file, key: 'new', receivedAtMs: clock.now() }) }, file);
      renewal.connectionChanged(true);
      renewal.start(() => renewed++);
    });
    afterEach(() => renewal.stop());

    const after = async (ms: number) => {
      clock.jump(ms);
      await renewal.look();
      return [tries, renewed];
    };

    it('after a third of the certificate’s life, and goes on with what it has while that fails', async () => {
      outcomes = ['failed', 'refused', 'renewed'];
      expect(await after(8 * HOUR_MS)).toEqual([0, 0]);
      expect(await after(HOUR_MS)).toEqual([1, 0]);
      expect(await after(60_000)).toEqual([1, 0]);
      expect(await after(5 * 60_000)).toEqual([2, 0]);
      expect(renewal.identity().key).not.toBe('new');
      expect(await after(10 * 60_000)).toEqual([3, 1]);
      expect(renewal.identity().key).toBe('new');
      expect(await after(8 * HOUR_MS)).toEqual([3, 1]);
      expect(await after(HOUR_MS)).toEqual([4, 2]);
    });

    it('soon again when the broker shuts it out after a try that failed', async () => {
      outcomes = ['failed', 'failed'];
      expect(await after(9 * HOUR_MS)).toEqual([1, 0]);
      renewal.connectionChanged(false);
      expect(await after(119_000)).toEqual([1, 0]);
      // Not after the five minutes that were meant for a gateway whose certificate still opens the door.
      expect(await after(1_000)).toEqual([2, 0]);
      expect(await after(60_000)).toEqual([3, 1]);
    });

    it('when the broker keeps it out, but no more than four times a day', async () => {
      renewal.connectionChanged(false);
      expect(await after(60_000)).toEqual([0, 0]);
      expect(await after(60_000)).toEqual([1, 1]);
      for (let minutes = 0; minutes < 24 * 60; minutes += 10) await after(10 * 60_000);
      expect(tries).toBe(5);
    });
  });
});

describe('the broker’s certificate at a gateway with a wrong clock', () => {
  let pki: TestAuthority;
  let other: TestAuthority;
  let client: { key: string; certificate: string };
  let server: Server | undefined;
  beforeAll(async () => {
    // Both have the same name: only the signature tells them apart.
    [pki, other] = [await TestAuthority.create(), await TestAuthority.create()];
    client = await pki.sign({ name: 'gw-berlin' });
  });
  afterEach(() => new Promise((resolve) => (server === undefined ? resolve(undefined) : server.close(resolve))));

  it.each<[string, 'ours' | 'other', TestCertificate, string]>([
    ['is fine', 'ours', { name: 'b', usage: 'server', dns: 'localhost' }, 'accepted'],
    ['has expired, or so it seems', 'ours', { name: 'b', usage: 'server', dns: 'localhost', from: -48, to: -24 }, 'accepted, dated'],
    ['is not valid yet, or so it seems', 'ours', { name: 'b', usage: 'server', dns: 'localhost', from: 24, to: 48 }, 'accepted, dated'],
    ['is another authority’s', 'other', { name: 'b', usage: 'server', dns: 'localhost' }, 'refused'],
    ['is another authority’s and expired', 'other', { name: 'b', usage: 'server', dns: 'localhost', from: -48, to: -24 }, 'refused'],
    ['has expired and is a gateway’s', 'ours', { name: 'b', usage: 'client', dns: 'localhost', from: -48, to: -24 }, 'refused'],
    ['has expired and is for another name', 'ours', { name: 'b', usage: 'server', dns: 'elsewhere', from: -48, to: -24 }, 'refused'],
    ['is for another name', 'ours', { name: 'b', usage: 'server', dns: 'elsewhere' }, 'refused'],
  ])('%s', async (_what, by, content, expected) => {
    const { certificate, key } = await (by === 'ours' ? pki : other).sign(content);
    server = createTlsServer({ cert: certificate, key, ca: pki.pem, requestCert: true, rejectUnauthorized: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.write('hello');
    });
    await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    let dated = false;
    const socket = connectTls(`mqtts://localhost:${port}`, { ...client, authority: pki.pem }, () => {
      dated = true;
    });
    const outcome = await new Promise((resolve) => {
      socket.once('data', () => resolve(dated ? 'accepted, dated' : 'accepted'));
      socket.once('error', (error) => resolve(/certificate is not accepted/.test(error.message) ? 'refused' : error.message));
    });
    socket.destroy();
    expect(outcome).toBe(expected);
  });
});
