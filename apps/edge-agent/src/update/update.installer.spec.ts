import { describe, expect, it } from 'vitest';
import { KEEP_FREE_BYTES, type ReleaseManifest } from './release.rules.js';
import { archiveOf, CuttableDisk, keyFile, streamOf, type TestKey, testArchive, testKey, testManifest } from './update.fixtures.js';
import { type InstallAnswer, Installer } from './update.installer.js';
import { beforeStart, confirm, take, waiting } from './update.rules.js';
import { UpdateStore } from './update.store.js';

const PLACES = { folder: '/var/update', factory: '/usr/factory', keysFile: '/etc/keys.json' };
const key = testKey('first');
const stranger = testKey('first');
const FILES = { 'agent.mjs': 'the agent', 'lib/part.mjs': 'a part of it' };

class Gateway {
  readonly disk = new CuttableDisk();
  readonly store: UpdateStore;
  locked = false;

  constructor(pinned: TestKey[] = [key]) {
    this.disk.place('/var/other', '');
    this.disk.place(PLACES.keysFile, keyFile(...pinned));
    this.disk.place(`${PLACES.factory}/manifest.json`, JSON.stringify(testManifest(5, FILES)));
    for (const [path, content] of Object.entries(FILES)) this.disk.place(`${PLACES.factory}/${path}`, content);
    this.store = new UpdateStore(this.disk, PLACES);
  }

  get state() {
    return this.store.loadState(this.store.factory().release).state;
  }

  install(archive: Buffer, again = false): Promise<InstallAnswer> {
    const lock = async () => (this.locked ? null : { release: () => undefined });
    const context = { now: () => 1_000, lock, platform: 'linux-x64', nodeVersion: '24.1.0' };
    return new Installer(context, this.store).install(streamOf(archive), { when: 'window', again });
  }

  async offer(changes: Partial<ReleaseManifest>, signer: TestKey = key): Promise<InstallAnswer> {
    return this.install(await testArchive(testManifest(6, FILES, changes), FILES, signer));
  }

  /** Lets the starter take what is staged, start it and confirm it. */
  confirmStaged(): void {
    const factory = this.store.factory().release;
    const taken = take(this.state, waiting(this.state, this.store.loadInstall())!, false);
    const { state } = beforeStart(taken, factory, (release) => this.store.bootable(release, taken), 0)!;
    const { manifest, text, signature } = this.store.find(state.running.slot, state)!;
    const announced = manifest.nextKey ? { manifest: text, ...signature! } : null;
    const superseded = this.store.trust(state).before(signature!.keyId);
    this.store.saveState(confirm(state, { announced, superseded }, 0));
  }
}

describe('installing', () => {
  it('writes the idle slot, verifies it and stages it, and touches nothing else', async () => {
    const gateway = new Gateway();
    const written: string[] = [];
    gateway.disk.before = (_operation, path) => void written.push(path);
    const answer = await gateway.offer({});
    expect(answer).toMatchObject({ ok: true, staged: { number: 1, release: { slot: 'a', sequence: 6 }, when: 'window' } });
    expect(gateway.store.bootable(waiting(gateway.state, gateway.store.loadInstall())!.release, gateway.state)).toBe(true);
    expect(written.filter((path) => !/^\/var\/update\/(slots\/?a?$|slots\/a\/|install\.json)|^\/var\/update$|^\/var$/.test(path))).toEqual(
      [],
    );
    expect(gateway.store.loadInstall().events).toMatchObject([{ kind: 'UpdateInstalled', release: { version: '0.6.0' } }]);
  });

  it.each<[string, Partial<ReleaseManifest>]>([
    ['platform', { platform: 'linux-arm64' }],
    ['nodeTooOld', { oldestNode: '26.0.0' }],
    ['notNewer', { sequence: 5 }],
    ['downgrade', { version: '0.4.9' }],
    ['tooOldBefore', { oldestPrevious: '0.5.1' }],
    ['noWayBack', { journalSchema: { version: 5, readableFrom: 4 } }],
    ['downgrade', { journalSchema: { version: 2, readableFrom: 2 } }],
    ['manifest', { format: 2 as 1 }],
    ['manifest', { entry: 'missing.mjs' }],
    ['manifest', { files: [{ path: '../agent.mjs', bytes: 1, sha256: '0'.repeat(64), executable: false }], entry: '../agent.mjs' }],
  ])('refuses with %s and records it', async (code, changes) => {
    const gateway = new Gateway();
    expect(await gateway.offer(changes)).toMatchObject({ ok: false, code });
    expect(gateway.store.loadInstall()).toMatchObject({ staged: null, events: [{ kind: 'UpdateRefused', code }] });
  });

  it('takes a lower version when it is signed as a downgrade, and a newer schema when there is a way back', async () => {
    expect(await new Gateway().offer({ version: '0.4.9', downgrade: true })).toMatchObject({ ok: true });
    expect(await new Gateway().offer({ journalSchema: { version: 4, readableFrom: 3 } })).toMatchObject({ ok: true });
  });

  it('refuses what is not signed by a pinned key, and interprets nothing of it', async () => {
    expect(await new Gateway().offer({}, stranger)).toMatchObject({ ok: false, code: 'signature' });
    expect(await new Gateway([]).offer({})).toMatchObject({ ok: false, code: 'noReleaseKey' });
    const garbled = await archiveOf({ 'manifest.json': 'not JSON', 'manifest.sig': '{}' });
    expect(await new Gateway().install(garbled)).toMatchObject({ ok: false, code: 'signature' });
  });

  it('refuses files that are not what was signed, and leaves no half slot behind', async () => {
    const manifest = testManifest(6, FILES);
    for (const [files, code] of [
      [{ ...FILES, 'lib/part.mjs': 'another one!' }, 'damaged'],
      [{ 'agent.mjs': 'the agent', 'lib/other.mjs': 'a part of it' }, 'unreadable'],
      [{ 'agent.mjs': 'the agent' }, 'unreadable'],
      [{ ...FILES, 'lib/part.mjs': 'a part of it and more' }, 'unreadable'],
    ] as const) {
      const gateway = new Gateway();
      expect(await gateway.install(await testArchive(manifest, files as Record<string, string>, key))).toMatchObject({ ok: false, code });
      expect(gateway.disk.read(`${PLACES.folder}/slots/a/agent.mjs`, 99)).toBeNull();
    }
  });

  it('refuses a truncated or altered archive at any byte', async () => {
    const archive = await testArchive(testManifest(6, FILES), FILES, key);
    for (let at = 0; at < archive.length; at += 17) {
      const altered = Buffer.from(archive);
      altered[at]! ^= 0x41;
      for (const bytes of [archive.subarray(0, at), altered]) {
        const gateway = new Gateway();
        const answer = await gateway.install(bytes);
        if (answer.ok) expect(gateway.store.bootable(answer.staged.release, gateway.state)).toBe(true);
        else expect(['unreadable', 'signature', 'damaged']).toContain(answer.code);
        if (bytes.length < archive.length - 30) expect(answer.ok).toBe(false);
      }
    }
  });

  it('refuses without space, during a trial and while another installation runs', async () => {
    const gateway = new Gateway();
    gateway.disk.free = KEEP_FREE_BYTES;
    expect(await gateway.offer({})).toMatchObject({ ok: false, code: 'noSpace' });
    gateway.disk.free = 10 ** 10;
    gateway.disk.before = (operation, path) => {
      if (operation === 'write' && path.includes('/slots/')) throw Object.assign(new Error('full'), { code: 'ENOSPC' });
    };
    expect(await gateway.offer({})).toMatchObject({ ok: false, code: 'noSpace' });
    gateway.disk.before = () => {};
    gateway.locked = true;
    expect(await gateway.offer({})).toMatchObject({ ok: false, code: 'busy' });
    gateway.locked = false;
    await gateway.offer({});
    gateway.store.saveState(take(gateway.state, gateway.store.loadInstall().staged!, false));
    expect(await gateway.offer({ sequence: 7, version: '0.7.0' })).toMatchObject({ ok: false, code: 'trialRunning' });
  });

  it('refuses a release that failed here before, unless a person insists', async () => {
    const gateway = new Gateway();
    const archive = await testArchive(testManifest(6, FILES), FILES, key);
    const answer = await gateway.install(archive);
    if (!answer.ok) throw new Error(answer.detail);
    gateway.store.saveState({ ...gateway.state, failed: [answer.staged.release.digest], consumed: 1 });
    expect(await gateway.install(archive)).toMatchObject({ ok: false, code: 'failedBefore' });
    expect(await gateway.install(archive, true)).toMatchObject({ ok: true });
  });

  it('lets a later installation replace the staged one', async () => {
    const gateway = new Gateway();
    await gateway.offer({});
    expect(await gateway.offer({ sequence: 7 })).toMatchObject({ ok: true, staged: { number: 2, release: { slot: 'a', sequence: 7 } } });
    expect(waiting(gateway.state, gateway.store.loadInstall())?.release.sequence).toBe(7);
  });
});

describe('the release key', () => {
  it('is followed by the one it announced, and installs nothing once that one was used', async () => {
    const [second, third] = [testKey('second'), testKey('third')];
    const gateway = new Gateway();
    expect(await gateway.offer({ sequence: 6 }, second)).toMatchObject({ ok: false, code: 'signature' });
    const nextKey = { keyId: 'second', publicKey: second.publicKey };
    await gateway.offer({ sequence: 7, version: '0.7.0', nextKey });
    gateway.confirmStaged();
    // Announced, not used yet: both install.
    expect(await gateway.offer({ sequence: 8, version: '0.8.0' })).toMatchObject({ ok: true });
    const announcesThird = { sequence: 9, version: '0.9.0', nextKey: { keyId: 'third', publicKey: third.publicKey } };
    expect(await gateway.offer(announcesThird, second)).toMatchObject({ ok: true });
    gateway.confirmStaged();
    // What the first key signed may still be gone back to.
    expect(gateway.store.bootable(gateway.state.previous!, gateway.state)).toBe(true);
    expect(await gateway.offer({ sequence: 10, version: '0.10.0' })).toMatchObject({ ok: false, code: 'signature' });
    expect(await gateway.offer({ sequence: 10, version: '0.10.0' }, third)).toMatchObject({ ok: true });
  });

  it('can not be announced by anybody else', async () => {
    const gateway = new Gateway();
    const forged = { manifest: JSON.stringify(testManifest(7, FILES, { nextKey: stranger })), signature: 'AAAA', keyId: 'first' };
    expect(gateway.store.trust({ announcements: [forged], retiredKeys: [] }).mayInstall('stranger')).toBe(false);
  });
});
