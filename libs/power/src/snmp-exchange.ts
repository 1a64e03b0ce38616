import { createSocket, type Socket, type SocketType } from 'node:dgram';
import snmp from 'net-snmp';
import type { SnmpCredentials, SnmpV3Credentials } from './power-config.js';
import { mayAnswerAuthPriv } from './snmp-datagram.rules.js';
import type { SnmpVariable } from './snmp-reading.rules.js';
import type { Exchange, ExchangeFault } from './verified-switch.js';

/** Where an SNMP agent answers and who asks. */
export interface SnmpEndpoint {
  readonly host: string;
  readonly port: number;
  readonly credentials: SnmpCredentials;
  /** Limit on one attempt. */
  readonly timeoutMs: number;
}

/** An integer to write. */
export interface SnmpAssignment {
  readonly oid: string;
  readonly value: number;
}

/** Datagrams get lost: one more attempt for each of the two exchanges a version 3 request is made of. */
const RETRIES = 1;
/** Discovery and request, each with its repetition. */
const ATTEMPTS = 4;
/** USM keys are derived from at least this many characters (RFC 3414, 11.2). */
const MIN_PASSWORD_CHARACTERS = 8;

/** SNMP error status by which an agent says that it will not (RFC 3416, 3). */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [2, 'the device has no such object'],
  [3, 'the device refuses the value'],
  [4, 'the object is read-only for this user'],
  [5, 'the device failed'],
  [6, 'this user has no access'],
  [7, 'the device refuses the type'],
  [10, 'the device refuses the value'],
  [12, 'the device refuses the value now'],
  [13, 'the device is out of resources'],
  [14, 'the device could not do it'],
  [16, 'this user has no access'],
  [17, 'the object is read-only'],
]);

/**
 * Asks and tells one SNMP agent. Every exchange opens its own session, so that an agent that restarted, with other boots and another time, is met
 * afresh. With version 3 an answer counts only when it is authenticated and encrypted: the library alone would believe a bare one.
 */
export class SnmpAgentLink {
  /** Throws RangeError for a password too short to make a key from. */
  constructor(private readonly endpoint: SnmpEndpoint) {
    const { credentials } = endpoint;
    if (credentials.version === '2c') return;
    if (credentials.authPassword.length < MIN_PASSWORD_CHARACTERS || credentials.privPassword.length < MIN_PASSWORD_CHARACTERS) {
      throw new RangeError(`SNMPv3 passwords need at least ${MIN_PASSWORD_CHARACTERS} characters`);
    }
  }

  /** Reads objects. What came back is not yet known to be what was asked for. */
  get(oids: readonly string[]): Promise<Exchange<readonly SnmpVariable[]>> {
    return this.exchange((session, answered) => session.get([...oids], answered));
  }

  /** Writes integers. After a failure they may have been written. */
  async set(assignments: readonly SnmpAssignment[]): Promise<Exchange> {
    const varbinds = assignments.map(({ oid, value }) => ({ oid, type: snmp.ObjectType.Integer, value }));
    const answer = await this.exchange((session, answered) => session.set(varbinds, answered));
    return answer.ok ? { ok: true, value: undefined } : answer;
  }

  private exchange(ask: (session: snmp.Session, answered: Answered) => void): Promise<Exchange<readonly SnmpVariable[]>> {
    const seen: Seen = { unbelievable: false, broken: false };
    const session = this.open(seen);
    return new Promise<Exchange<readonly SnmpVariable[]>>((resolve) => {
      const limit = setTimeout(() => resolve(silence(seen)), this.endpoint.timeoutMs * ATTEMPTS);
      const end = (exchange: Exchange<readonly SnmpVariable[]>) => {
        clearTimeout(limit);
        resolve(exchange);
      };
      // A datagram that is no SNMP message answers nothing: the wait for one that does goes on.
      session.on('error', () => {
        seen.broken = true;
      });
      seen.failed = (error) => end(faultOf(error, seen));
      ask(session, (error, varbinds) => {
        end(error ? faultOf(error, seen) : { ok: true, value: (varbinds ?? []).map(variableOf) });
      });
    }).finally(() => session.close());
  }

  private open(seen: Seen): snmp.Session {
    const { host, port, credentials, timeoutMs } = this.endpoint;
    const options = { port, retries: RETRIES, timeout: timeoutMs, transport: host.includes(':') ? ('udp6' as const) : ('udp4' as const) };
    if (credentials.version === '2c') {
      const dgramModule = { createSocket: (type: SocketType) => guardedSocket(type, seen, () => true) };
      return snmp.Session.create(host, credentials.community, { ...options, version: snmp.Version2c, dgramModule });
    }
    const dgramModule = { createSocket: (type: SocketType) => guardedSocket(type, seen, mayAnswerAuthPriv) };
    return snmp.Session.createV3(host, userOf(credentials), { ...options, version: snmp.Version3, dgramModule });
  }
}

type Answered = (error: Error | null, varbinds?: snmp.Varbind[]) => void;

/** What came in beside an answer, and whom to tell when a datagram makes the library throw. */
interface Seen {
  unbelievable: boolean;
  broken: boolean;
  failed?: (error: unknown) => void;
}

/** A socket whose message listeners see only what `acceptable` lets through, and whose exceptions don't end the process. */
function guardedSocket(type: SocketType, seen: Seen, acceptable: (datagram: Uint8Array) => boolean): Socket {
  const socket = createSocket(type);
  const listen = socket.on.bind(socket) as (event: string, listener: (...values: unknown[]) => void) => Socket;
  const guarded = (event: string, listener: (...values: unknown[]) => void): Socket => {
    if (event !== 'message') return listen(event, listener);
    return listen(event, (...values) => {
      if (!acceptable(values[0] as Uint8Array)) {
        seen.unbelievable = true;
        return;
      }
      try {
        listener(...values);
      } catch (error) {
        seen.broken = true;
        seen.failed?.(error);
      }
    });
  };
  return Object.assign(socket, { on: guarded as Socket['on'] });
}

function userOf(credentials: SnmpV3Credentials): snmp.User {
  return {
    name: credentials.user,
    level: snmp.SecurityLevel.authPriv,
    authProtocol: snmp.AuthProtocols[credentials.authProtocol ?? 'sha256'],
    authKey: credentials.authPassword,
    privProtocol: snmp.PrivProtocols[credentials.privProtocol ?? 'aes'],
    privKey: credentials.privPassword,
  };
}

function variableOf(varbind: snmp.Varbind): SnmpVariable {
  return { oid: varbind.oid, type: varbind.type, value: varbind.value };
}

/** The library's own messages are not passed on: some carry digests and keys. */
function faultOf(error: unknown, seen: Seen): Exchange<never> {
  const { name, code, status } = error as { name?: string; code?: unknown; status?: unknown };
  if (name === 'RequestTimedOutError') return silence(seen);
  if (name === 'RequestFailedError') {
    return fault('refused', REFUSALS.get(Number(status)) ?? `the device refuses with error status ${Number(status)}`);
  }
  if (name === 'ResponseInvalidError') {
    if (code === snmp.ResponseInvalidCode.EAuthFailure)
      return fault('credentialsRefused', 'the device does not know this user, or not with these passwords');
    return fault('notUnderstood', 'the answer is not one to this request');
  }
  if (typeof code === 'string' && /^[A-Z_]{2,24}$/.test(code)) return fault('noAnswer', code);
  return fault('notUnderstood', 'the answer is no SNMP message');
}

function silence(seen: Seen): Exchange<never> {
  if (seen.unbelievable) return fault('notUnderstood', 'an answer came without authentication or encryption and was not believed');
  if (seen.broken) return fault('notUnderstood', 'what came back is no SNMP message');
  return fault('noAnswer', 'no answer in time');
}

function fault(reason: ExchangeFault, detail: string): Exchange<never> {
  return { ok: false, reason, detail };
}
