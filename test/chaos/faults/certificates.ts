import { setTimeout as sleep } from 'node:timers/promises';
import type { Gateway } from '../chain/gateway.js';
import { endCertificateAt } from '../machine/short-certificate.js';
import { type FaultContext, type FaultKind, lasting } from './fault.js';

/** What gathers on the gateway before the upload that is to be interrupted. */
const BACKLOG_MS = 3_000;
/** Slow enough that the upload of the backlog takes a while. */
const SLOW_LINE_MS = 150;
/** From the start of the agent to the end of its certificate. */
const EXPIRES_AFTER_MS = 5_000;
/** What is promised (a session ends within five seconds), and what a loaded machine may take to notice. */
const SESSION_ENDS_WITHIN_MS = 5_000;
const NOTICED_WITHIN_MS = 2_000;

/** A gateway's certificate ends in the middle of an upload, by its date or by headquarters' word. */
export const CERTIFICATE_FAULTS: readonly FaultKind[] = [
  { kind: 'certificateExpiry', victim: 'gateway', durationMs: lasting(8_000, 14_000), strike: expire },
  { kind: 'certificateRevocation', victim: 'gateway', durationMs: lasting(8_000, 14_000), strike: revoke },
];

/** The gateway may then do nothing but renew, and does so by itself. */
async function expire({ system, durationMs }: FaultContext, gateway: Gateway): Promise<void> {
  await gateway.takeDown();
  await endCertificateAt(gateway.disk.dataDir, system.authority, new Date(Date.now() + EXPIRES_AFTER_MS));
  gateway.link.setMode('hold');
  await gateway.bringUp();
  await sleep(BACKLOG_MS);
  gateway.link.setDelay(SLOW_LINE_MS);
  gateway.link.setMode('open');
  await sleep(Math.max(EXPIRES_AFTER_MS - BACKLOG_MS + 1_000, durationMs - BACKLOG_MS));
  gateway.link.heal();
}

/** The gateway's session ends within seconds, the store sells on, and a new claim lets it in again with everything it has recorded meanwhile. */
async function revoke(context: FaultContext, gateway: Gateway): Promise<void> {
  const { system, durationMs, excuseEpoch, broken, centreDisturbed } = context;
  const { id, gateway: name } = gateway.store;
  gateway.link.setMode('hold');
  await sleep(BACKLOG_MS);
  gateway.link.setDelay(SLOW_LINE_MS);
  gateway.link.setMode('open');
  await sleep(500);
  await system.office.revoke(id, name);
  const revokedAt = performance.now();
  let connected = true;
  // A broker that was frozen for a part of these seconds can't have ended anything in that part.
  let disturbed = centreDisturbed();
  while (connected && performance.now() - revokedAt < SESSION_ENDS_WITHIN_MS + NOTICED_WITHIN_MS) {
    await sleep(200);
    disturbed ||= centreDisturbed();
    connected = (await gateway.readiness())?.mqttConnected ?? true;
  }
  if (connected && !disturbed)
    broken('revokedSessionEnds', `${name} was still connected ${SESSION_ENDS_WITHIN_MS + NOTICED_WITHIN_MS} ms after it was revoked`);
  await sleep(Math.max(0, durationMs - (performance.now() - revokedAt)));
  gateway.link.heal();
  excuseEpoch(name);
  await gateway.takeDown();
  await system.office.enrol(id, gateway.disk.dataDir);
  await gateway.bringUp();
}
