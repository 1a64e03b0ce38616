import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { mosquittoAcl } from '@tillward/core';
import { identityOf } from '../supervisor/index.js';
import type { TestAuthority } from './gateway.fixtures.js';

/** Debian's path; it isn't on everybody's PATH. */
export const MOSQUITTO = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'].find((path) =>
  existsSync(path),
);

const CONFIG = fileURLToPath(new URL('../../../../deploy/mosquitto/mosquitto.conf', import.meta.url));

/** A Mosquitto with the project's own configuration, on free loopback ports. */
export class TestMosquitto {
  private constructor(
    readonly port: number,
    readonly tlsPort: number,
    private readonly folder: string,
    private readonly pki: TestAuthority,
    private readonly child: ChildProcess,
  ) {}

  static async start(
    pki: TestAuthority,
    admitted: readonly { storeId: string; gatewayId: string }[],
    password: string,
  ): Promise<TestMosquitto> {
    const folder = mkdtempSync(join(tmpdir(), 'tillward-mosquitto-'));
    // As root it changes to an account of its own before it reads the lists again.
    chmodSync(folder, 0o755);
    const at = (name: string) => join(folder, name);
    const write = (name: string, content: string) => writeFileSync(at(name), content, { mode: 0o644 });
    write('ca.pem', pki.authority.certificate);
    write('broker.pem', pki.server.certificate);
    write('broker.key', pki.server.key);
    write('revoked.crl', await pki.revocationList([]));
    write('acl.conf', mosquittoAcl(admitted));
    execFileSync('mosquitto_passwd', ['-b', '-c', at('passwd'), 'core', password]);
    chmodSync(at('passwd'), 0o644);
    const [port, tlsPort] = [await freePort(), await freePort()];
    const places: [string, string][] = [
      ['/var/lib/tillward/broker/mosquitto-acl.conf', at('acl.conf')],
      ['/var/lib/tillward/broker/revoked.crl', at('revoked.crl')],
      ['\npassword_file /etc/mosquitto/tillward-core.passwd', `\npassword_file ${at('passwd')}`],
      ['/etc/tillward/ca.pem', at('ca.pem')],
      ['/etc/mosquitto/certs/broker.pem', at('broker.pem')],
      ['/etc/mosquitto/certs/broker.key', at('broker.key')],
      ['\nlistener 1883 127.0.0.1', `\nlistener ${port} 127.0.0.1`],
      ['\nlistener 8883', `\nlistener ${tlsPort} 127.0.0.1`],
    ];
    let config = readFileSync(CONFIG, 'utf8');
    for (const [from, to] of places) {
      if (!config.includes(from)) throw new Error(`${CONFIG} says nothing of ${from.trim()}`);
      config = config.replace(from, to);
    }
    write('mosquitto.conf', config);
    const child = spawn(MOSQUITTO!, ['-c', at('mosquitto.conf')], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
    });
    for (let i = 0; i < 100 && !/mosquitto version .* running/.test(said); i++) {
      if (child.exitCode !== null) throw new Error(`mosquitto ended:\n${said}`);
      await sleep(50);
    }
    return new TestMosquitto(port, tlsPort, folder, pki, child);
  }

  /** What core and an administrator do at a revocation: both lists written, SIGHUP. Resolves when it has been read. */
  async revoke(serials: readonly string[], admitted: readonly { storeId: string; gatewayId: string }[]): Promise<void> {
    writeFileSync(join(this.folder, 'revoked.crl'), await this.pki.revocationList(serials, 2));
    writeFileSync(join(this.folder, 'acl.conf'), mosquittoAcl(admitted));
    this.child.kill('SIGHUP');
    await sleep(500);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null && (await identityOf(this.child.pid!)) !== undefined) {
      const gone = once(this.child, 'exit');
      this.child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
