import { createSocket } from 'node:dgram';
import { setTimeout as pause } from 'node:timers/promises';
import { ethernetAddress, magicPacket } from './magic-packet.js';
import type { WakeOnLanOptions } from './power-config.js';
import type { OutletState, PowerCapabilities, PowerSwitch, SwitchFailure, SwitchOutcome, TerminalProbe } from './power-switch.js';

const DEFAULT_BROADCAST = '255.255.255.255';
/** Discard: nobody listens, which the network card doesn't mind. */
const DEFAULT_PORT = 9;
/** Datagrams get lost, and waking twice is the same as once. */
const PACKETS = 3;
const BETWEEN_PACKETS_MS = 100;

/**
 * A terminal that wakes by a magic packet. There is nothing to read back: only the probe can tell that it woke, and without one `on` fails with
 * `notVerified` although the packets are on their way. It can't be switched off or cycled: sign off or restart the terminal instead.
 */
export class WakeOnLan implements PowerSwitch {
  readonly capabilities: PowerCapabilities = { kind: 'wakeOnLan', operations: new Set(['on']), cyclesOnDevice: false };
  private readonly packet: Buffer;

  /** Throws RangeError for something that is no Ethernet address. */
  constructor(
    private readonly options: WakeOnLanOptions,
    private readonly probe?: TerminalProbe,
  ) {
    const address = ethernetAddress(options.mac);
    if (!address) throw new RangeError(`no Ethernet address: ${options.mac.slice(0, 40)}`);
    this.packet = magicPacket(address);
  }

  /** Sends the packets and waits for the terminal. */
  async on(): Promise<SwitchOutcome> {
    const fault = await this.send();
    if (fault) return { kind: 'failed', code: 'powerSwitchUnreachable', reason: 'noAnswer', detail: fault };
    if (!this.probe) {
      const detail = 'the packets were sent; nothing tells whether the terminal woke';
      return { kind: 'failed', code: 'powerSwitchUnreachable', reason: 'notVerified', detail };
    }
    if (await this.probe.terminalBack()) return { kind: 'done' };
    return {
      kind: 'failed',
      code: 'stillOff',
      reason: 'terminalNotBack',
      detail: 'the packets were sent, but the terminal does not answer',
    };
  }

  /** Fails: a packet can't put a terminal to sleep. */
  async off(): Promise<SwitchOutcome> {
    return CANNOT_SWITCH_OFF;
  }

  /** Unknown: there is no outlet to read. */
  async state(): Promise<OutletState> {
    return 'unknown';
  }

  /** Fails, and wakes nothing. */
  async cycle(_offSeconds: number): Promise<SwitchOutcome> {
    return CANNOT_SWITCH_OFF;
  }

  /** Null when the packets left, else why not. */
  private async send(): Promise<string | null> {
    const { broadcast = DEFAULT_BROADCAST, port = DEFAULT_PORT } = this.options;
    const socket = createSocket('udp4');
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        socket.bind(0, resolve);
      });
      socket.setBroadcast(true);
      for (let sent = 0; sent < PACKETS; sent++) {
        if (sent > 0) await pause(BETWEEN_PACKETS_MS);
        await new Promise<void>((resolve, reject) => {
          socket.send(this.packet, port, broadcast, (error) => (error ? reject(error) : resolve()));
        });
      }
      return null;
    } catch (error) {
      return `the packets could not be sent: ${error instanceof Error && 'code' in error ? String(error.code) : 'failed'}`;
    } finally {
      socket.close();
    }
  }
}

const CANNOT_SWITCH_OFF: SwitchFailure = {
  kind: 'failed',
  code: 'stillOn',
  reason: 'notSupported',
  detail: 'a terminal that is woken over the network can not be switched off over it',
};
