import type { SnmpPduOptions } from './power-config.js';
import type { PowerCapabilities, SwitchTiming, TerminalProbe } from './power-switch.js';
import { SnmpAgentLink } from './snmp-exchange.js';
import { integersOf, pduReading } from './snmp-reading.rules.js';
import { type Exchange, type OutletReading, VerifiedSwitch } from './verified-switch.js';

/** rPDUOutletControlOutletCommand, by outlet. */
const COMMAND = '1.3.6.1.4.1.318.1.1.12.3.3.1.1.4';
/** rPDUOutletConfigRebootDuration, by outlet: seconds between off and on of a reboot. */
const REBOOT_SECONDS = '1.3.6.1.4.1.318.1.1.12.3.4.1.1.6';
/** rPDUOutletStatusOutletState, by outlet. */
const STATE = '1.3.6.1.4.1.318.1.1.12.3.5.1.1.4';
const IMMEDIATE = { on: 1, off: 2, reboot: 3 } as const;
const MIN_REBOOT_SECONDS = 5;
const MAX_REBOOT_SECONDS = 60;

/** An outlet of a switched rack PDU over SNMP (APC PowerNet-MIB, rPDUOutlet tables). */
export class SnmpPduSwitch extends VerifiedSwitch {
  readonly capabilities: PowerCapabilities = {
    kind: 'snmpPdu',
    operations: new Set(['on', 'off', 'state', 'cycle']),
    cyclesOnDevice: true,
  };
  private readonly link: SnmpAgentLink;

  /** Throws RangeError for passwords too short. */
  constructor(
    private readonly options: SnmpPduOptions & SwitchTiming,
    probe?: TerminalProbe,
  ) {
    super(options, probe);
    this.link = new SnmpAgentLink({ ...options, timeoutMs: this.timeoutMs });
  }

  /** immediateOn or immediateOff: a delayed command could still take effect after we looked. */
  protected command(on: boolean): Promise<Exchange> {
    return this.link.set([{ oid: this.of(COMMAND), value: on ? IMMEDIATE.on : IMMEDIATE.off }]);
  }

  /** immediateReboot, for the 5 to 60 whole seconds the outlet can be told to stay off. */
  protected override async startCycle(offSeconds: number): Promise<Exchange | null> {
    if (!Number.isInteger(offSeconds) || offSeconds < MIN_REBOOT_SECONDS || offSeconds > MAX_REBOOT_SECONDS) return null;
    const told = await this.link.set([{ oid: this.of(REBOOT_SECONDS), value: offSeconds }]);
    // A user that may switch but not configure, or a PDU without this object: switching off and on does as well.
    if (!told.ok) return null;
    return this.link.set([{ oid: this.of(COMMAND), value: IMMEDIATE.reboot }]);
  }

  /** The relay's position. */
  protected async read(): Promise<Exchange<OutletReading>> {
    const oids = [this.of(STATE)];
    const answer = await this.link.get(oids);
    const values = answer.ok ? integersOf(oids, answer.value) : answer;
    return values.ok ? pduReading(values.value[0]!) : values;
  }

  private of(column: string): string {
    return `${column}.${this.options.outlet}`;
  }
}
