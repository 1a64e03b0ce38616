import type { SnmpPoeOptions } from './power-config.js';
import type { PowerCapabilities, SwitchTiming, TerminalProbe } from './power-switch.js';
import { SnmpAgentLink } from './snmp-exchange.js';
import { integersOf, poeReading } from './snmp-reading.rules.js';
import { type Exchange, type OutletReading, VerifiedSwitch } from './verified-switch.js';

/** pethPsePortAdminEnable, by group and port. */
const ADMIN_ENABLE = '1.3.6.1.2.1.105.1.1.1.3';
/** pethPsePortDetectionStatus, by group and port. */
const DETECTION_STATUS = '1.3.6.1.2.1.105.1.1.1.6';
const TRUE = 1;
const FALSE = 2;

/** A port of a PoE switch over SNMP (POWER-ETHERNET-MIB, RFC 3621). It is on only when it delivers power, not when it is merely allowed to. */
export class SnmpPoeSwitch extends VerifiedSwitch {
  readonly capabilities: PowerCapabilities = {
    kind: 'snmpPoe',
    operations: new Set(['on', 'off', 'state', 'cycle']),
    cyclesOnDevice: false,
  };
  private readonly link: SnmpAgentLink;

  /** Throws RangeError for passwords too short. */
  constructor(
    private readonly options: SnmpPoeOptions & SwitchTiming,
    probe?: TerminalProbe,
  ) {
    super(options, probe);
    this.link = new SnmpAgentLink({ ...options, timeoutMs: this.timeoutMs });
  }

  /** pethPsePortAdminEnable. */
  protected command(on: boolean): Promise<Exchange> {
    return this.link.set([{ oid: this.of(ADMIN_ENABLE), value: on ? TRUE : FALSE }]);
  }

  /** What the port is told and what it does, in one request. */
  protected async read(): Promise<Exchange<OutletReading>> {
    const oids = [this.of(ADMIN_ENABLE), this.of(DETECTION_STATUS)];
    const answer = await this.link.get(oids);
    const values = answer.ok ? integersOf(oids, answer.value) : answer;
    return values.ok ? poeReading(values.value[0]!, values.value[1]!) : values;
  }

  private of(column: string): string {
    return `${column}.${this.options.group}.${this.options.portNumber}`;
  }
}
