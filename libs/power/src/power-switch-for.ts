import type { PowerConfig } from './power-config.js';
import type { PowerSwitch, SwitchTiming, TerminalProbe } from './power-switch.js';
import { ShellySwitch } from './shelly-switch.js';
import { WakeOnLan } from './wake-on-lan.js';

/** What the configuration doesn't say. */
export interface PowerContext {
  /** Looks at the terminal itself. Without one only the switch is read back, and Wake-on-LAN can prove nothing. */
  readonly probe?: TerminalProbe;
  /** How patient the switch is. */
  readonly timing?: SwitchTiming;
}

/**
 * The switch a configuration describes; null where there is none. What speaks SNMP is loaded when first needed: it takes about 11 MB that an agent
 * without SNMP shall not pay. Rejects with RangeError for values no device could have: a password too short, something that is no Ethernet address.
 */
export async function powerSwitchFor(config: PowerConfig, { probe, timing }: PowerContext = {}): Promise<PowerSwitch | null> {
  switch (config.kind) {
    case 'none':
      return null;
    case 'shelly':
      return new ShellySwitch({ ...config, ...timing }, probe);
    case 'wakeOnLan':
      return new WakeOnLan(config, probe);
    case 'snmpPdu': {
      const { SnmpPduSwitch } = await import('./snmp-pdu-switch.js');
      return new SnmpPduSwitch({ ...config, ...timing }, probe);
    }
    case 'snmpPoe': {
      const { SnmpPoeSwitch } = await import('./snmp-poe-switch.js');
      return new SnmpPoeSwitch({ ...config, ...timing }, probe);
    }
  }
}
