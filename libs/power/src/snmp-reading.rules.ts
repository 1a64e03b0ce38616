import type { OutletState } from './power-switch.js';
import type { Exchange, OutletReading } from './verified-switch.js';

/** One variable of an answer, as far as a decision needs it. `type` is the ASN.1 tag. */
export interface SnmpVariable {
  readonly oid: string;
  readonly type: number | undefined;
  readonly value: unknown;
}

const INTEGER = 2;
const EXCEPTIONS: ReadonlyMap<number | undefined, string> = new Map([
  [128, 'the device has no such object'],
  [129, 'the device has no such outlet'],
  [130, 'the device has nothing there'],
]);

/** rPDUOutletStatusOutletState (PowerNet-MIB): the position of the relay. */
const PDU_STATES: ReadonlyMap<number, OutletState> = new Map([
  [1, 'on'],
  [2, 'off'],
]);
/** TruthValue (RFC 2579). */
const TRUE = 1;
const FALSE = 2;
/** pethPsePortDetectionStatus (RFC 3621). */
const DETECTION: ReadonlyMap<number, string> = new Map([
  [1, 'disabled'],
  [2, 'searching'],
  [3, 'delivering power'],
  [4, 'fault'],
  [5, 'test'],
  [6, 'other fault'],
]);
const DELIVERING = 3;

/**
 * Values of the integers asked for, in the order asked. An answer with another number of variables, with other ones, or with another type than
 * INTEGER is no answer: a device that mixes that up could as well be another device.
 */
export function integersOf(oids: readonly string[], answer: readonly SnmpVariable[]): Exchange<readonly number[]> {
  if (answer.length !== oids.length) return notUnderstood(`${answer.length} variables for ${oids.length}`);
  const values: number[] = [];
  for (const [index, oid] of oids.entries()) {
    const variable = answer[index]!;
    if (variable.oid !== oid) return notUnderstood('the answer speaks of another object');
    const exception = EXCEPTIONS.get(variable.type);
    if (exception) return { ok: false, reason: 'refused', detail: exception };
    if (variable.type !== INTEGER || !Number.isSafeInteger(variable.value))
      return notUnderstood('an object is not of the type it should be');
    values.push(variable.value as number);
  }
  return { ok: true, value: values };
}

/** What a PDU's outlet is. */
export function pduReading(state: number): Exchange<OutletReading> {
  const known = PDU_STATES.get(state);
  if (!known) return notUnderstood(`the outlet has the state ${state}`);
  return { ok: true, value: { state: known, detail: `the outlet reads ${known}` } };
}

/**
 * What a PoE port is. On: enabled and delivering power. Off: disabled and not delivering. Between, such as searching for a device that is unplugged or
 * still negotiating, and after a fault, it is unknown: a port that may deliver in the next second is not off.
 */
export function poeReading(adminEnable: number, detection: number): Exchange<OutletReading> {
  const word = DETECTION.get(detection);
  if ((adminEnable !== TRUE && adminEnable !== FALSE) || !word) {
    return notUnderstood(`the port has the states ${adminEnable} and ${detection}`);
  }
  const enabled = adminEnable === TRUE;
  const delivering = detection === DELIVERING;
  const state: OutletState = enabled === delivering ? (enabled ? 'on' : 'off') : 'unknown';
  return { ok: true, value: { state, detail: `the port is ${enabled ? 'enabled' : 'disabled'}, its status ${word}` } };
}

function notUnderstood(detail: string): { ok: false; reason: 'notUnderstood'; detail: string } {
  return { ok: false, reason: 'notUnderstood', detail };
}
