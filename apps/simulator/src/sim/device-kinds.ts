import type { DeviceKind } from '../device.js';

/**
 * Every kind of device the `sim` command can be, by its word. Loaded when asked for: nobody who simulates a terminal pays for the memory and the start
 * of an SNMP agent.
 */
const LOADERS = {
  zvt: async () => (await import('../terminal/index.js')).zvtKind,
  nexo: async () => (await import('../nexo/index.js')).nexoKind,
  pdu: async () => (await import('../snmp/index.js')).pduKind,
  poe: async () => (await import('../snmp/index.js')).poeKind,
  shelly: async () => (await import('../plug/index.js')).shellyKind,
  printer: async () => (await import('../printer/index.js')).printerKind,
  unionpay: async () => (await import('../unionpay/index.js')).unionpayKind,
} as const satisfies Readonly<Record<string, () => Promise<DeviceKind>>>;

/** The words, in the order they are shown. */
export const DEVICE_KINDS = Object.keys(LOADERS) as (keyof typeof LOADERS)[];

/** The kind of a word; undefined for a word that is none. */
export async function deviceKind(word: string): Promise<DeviceKind | undefined> {
  return Object.hasOwn(LOADERS, word) ? LOADERS[word as keyof typeof LOADERS]() : undefined;
}
