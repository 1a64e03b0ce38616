import { connect, type Socket } from 'node:net';

/** Port of MQTT over TCP (IANA service mqtt). */
const MQTT_PORT = 1883;

/** Opens TCP to a broker at `mqtt:` or `tcp:`. */
export function connectTcp(url: string): Socket {
  const { hostname, port } = new URL(url);
  return connect({ host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? MQTT_PORT : Number(port), noDelay: true });
}

/** True when {@link connectTcp} opens this address. The MQTT library would do it too, but loads WebSocket and SOCKS before it looks which one is asked for: 2 MB. */
export function isTcp(url: string): boolean {
  return /^(?:mqtt|tcp):/.test(url);
}
