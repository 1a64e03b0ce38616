import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { judgeServer } from '../enrolment/index.js';

/** What opens the broker's door: our key and certificate, and who signs the broker's; PEM. */
export interface LinkIdentity {
  readonly key: string;
  readonly certificate: string;
  readonly authority: string;
}

/** Port of MQTT over TLS (IANA service secure-mqtt). */
const SECURE_MQTT_PORT = 8883;

/**
 * Opens TLS to the broker. The socket is destroyed, with the reason, before anything it says is read when its certificate is not the pinned authority's;
 * dates alone don't decide ({@link judgeServer}), and `onDated` hears when they are wrong. What is written before the handshake's end is at most the CONNECT packet, which holds
 * no secret.
 */
export function connectTls(url: string, identity: LinkIdentity, onDated: () => void): TLSSocket {
  const { hostname, port } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  const socket = connect({
    host,
    port: port === '' ? SECURE_MQTT_PORT : Number(port),
    ...(isIP(host) === 0 ? { servername: host } : {}),
    key: identity.key,
    cert: identity.certificate,
    ca: identity.authority,
    minVersion: 'TLSv1.2',
    rejectUnauthorized: false,
  });
  socket.once('secureConnect', () => {
    const verdict = judgeServer(socket, host, identity.authority);
    if (typeof verdict === 'object') socket.destroy(new Error(`the broker’s certificate is not accepted: ${verdict.refused}`));
    else if (verdict === 'trustedButDated') onDated();
  });
  return socket;
}
