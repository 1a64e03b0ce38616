import type { TerminalConnection } from '@tillward/contracts';
import type { TerminalDriver } from '@tillward/driver';
import { ZVT_CAPABILITIES, ZvtDriver } from '@tillward/driver-zvt';
import { type PowerSwitch, ShellySwitch } from '@tillward/power';

/** Makes what speaks to one terminal and to its power switch. */
export interface DeviceFactory {
  /** Why a terminal can't be worked with as described; null when it can. */
  check(connection: TerminalConnection): string | null;
  driver(connection: TerminalConnection): TerminalDriver;
  power(connection: TerminalConnection): PowerSwitch | null;
}

/** The real devices: ZVT over TCP, Shelly over HTTP. */
export const networkDevices: DeviceFactory = {
  check({ driver, currency }) {
    if (driver !== 'zvt') return `this gateway can not drive a ${driver} terminal`;
    return ZVT_CAPABILITIES.currencies.has(currency) ? null : `ZVT can not name the currency ${currency}`;
  },
  driver(connection) {
    if (connection.driver !== 'zvt') throw new RangeError(`there is no driver for ${connection.driver}`);
    const { host, port, password, currency } = connection;
    return new ZvtDriver({ host, port, password, currency });
  },
  power({ power }) {
    return power.kind === 'shelly' ? new ShellySwitch({ baseUrl: power.baseUrl, switchId: power.switchId }) : null;
  },
};
