import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { enrolmentAnswer } from '@tillward/contracts';
import { z } from 'zod';

/** Everything enrolment gave this gateway, and the keys it made for it. One file, so that key and certificate always belong together. */
const enrolmentFile = z.strictObject({
  version: z.literal(1),
  /** Core's address, where the next certificate comes from. */
  core: z.url(),
  store: z.string(),
  gateway: z.string(),
  /** Who signs gateways' certificates: pinned, so that no other answer counts. */
  authority: z.string(),
  broker: enrolmentAnswer.shape.broker,
  coreKey: enrolmentAnswer.shape.coreKey,
  /** Ed25519, PKCS8 PEM: signs the journal. */
  journalKey: z.string(),
  /** ECDSA P-256, PKCS8 PEM: opens the broker's door with the certificate. */
  key: z.string(),
  certificate: z.string(),
  /** When the certificate arrived, by this machine's clock, right or wrong: its age is counted from here. */
  receivedAtMs: z.int(),
});
export type EnrolmentFile = z.infer<typeof enrolmentFile>;

/** A request that was made and perhaps sent: sent again as it is, it gets the same certificate, were the answer lost. */
const pendingFile = z.strictObject({
  /** What it answers: a claim, or the serial number of the certificate that is renewed. */
  for: z.string(),
  key: z.string(),
  csr: z.string(),
  journalKey: z.string(),
});
export type PendingRequest = z.infer<typeof pendingFile>;

const FILE = 'enrolment.json';
const PENDING = 'enrolment-pending.json';

/** This gateway's enrolment; undefined when it has none. Throws when the file is there and can't be used. */
export function readEnrolment(dataDir: string): EnrolmentFile | undefined {
  return read(join(dataDir, FILE), enrolmentFile);
}

/** Replaces the enrolment, durably, and forgets what was pending. */
export function writeEnrolment(dataDir: string, enrolment: EnrolmentFile): void {
  write(dataDir, FILE, enrolment);
  rmSync(join(dataDir, PENDING), { force: true });
}

/** The request made for exactly this claim or serial number, if one is pending. */
export function readPending(dataDir: string, purpose: string): PendingRequest | undefined {
  const pending = read(join(dataDir, PENDING), pendingFile);
  return pending?.for === purpose ? pending : undefined;
}

/** Keeps a request before it is sent. */
export function writePending(dataDir: string, pending: PendingRequest): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  write(dataDir, PENDING, pending);
}

function read<S extends z.ZodType>(file: string, schema: S): z.output<S> | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const parsed = schema.safeParse(JSON.parse(text));
  // The schema's own message could quote a key.
  if (!parsed.success) throw new Error(`${file} is not what this version writes`);
  return parsed.data;
}

/** For its owner only, complete or not at all, and on disk when this returns. */
function write(folder: string, name: string, content: object): void {
  const target = join(folder, name);
  const file = openSync(`${target}.new`, 'w', 0o600);
  try {
    writeSync(file, JSON.stringify(content));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(`${target}.new`, target);
  const directory = openSync(folder, 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}
