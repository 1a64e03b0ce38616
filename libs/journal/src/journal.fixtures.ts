import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { JournalEntry } from './entry.js';

/** PKCS8 header of an Ed25519 private key (RFC 8410 section 7); the 32-byte seed follows. */
const ED25519_PKCS8_HEADER = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The private key of a seed, so that a test's signatures are the same in every run. */
export function keyFromSeed(seedHex: string): KeyObject {
  return createPrivateKey({ key: Buffer.concat([ED25519_PKCS8_HEADER, Buffer.from(seedHex, 'hex')]), format: 'der', type: 'pkcs8' });
}

/** RFC 8032 section 7.1, test 1: secret key, public key and the signature of the empty message. */
export const RFC8032_TEST1 = {
  secretKey: '9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60',
  publicKey: 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a',
  signature:
    'e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b',
} as const;

/** A short chain as a gateway would write it; the second payload has characters of one to four bytes. */
export const ENTRIES: readonly JournalEntry[] = [
  {
    epoch: 1,
    seq: 1,
    at: 1_795_293_000_000,
    kind: 'AgentStarted',
    terminal: null,
    payload: '{"agentVersion":"0.1.0","session":1,"recoveredInDoubt":0}',
  },
  { epoch: 1, seq: 2, at: 1_795_293_000_050, kind: 'OperatorSignedOn', terminal: 'berlin-1', payload: '{"operatorId":"林薇-é-😀"}' },
  { epoch: 1, seq: 3, at: 1_795_292_999_000, kind: 'TerminalSignedOn', terminal: 'berlin-1', payload: '{"by":"policy"}' },
];
