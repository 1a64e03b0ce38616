import type { DeviceKind } from '../device.js';

/**
 * Every kind of device the `sim` command can be, by its word. Loaded when asked for: nobody who simulates a terminal pays for the memory and the start
 * of an SNMP agent.
 */
const LOADERS: Readonly<Record<string, () => Promise<DeviceKind>>> = {};

/** The words, in the order they are shown. */
export const DEVICE_KINDS = Object.keys(LOADERS);

/** The kind of a word; undefined for a word that is none. */
export async function deviceKind(word: string): Promise<DeviceKind | undefined> {
  return Object.hasOwn(LOADERS, word) ? LOADERS[word]?.() : undefined;
}
