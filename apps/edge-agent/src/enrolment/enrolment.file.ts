import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { enrolmentAnswer } from '@tillward/contracts';
import { z } from 'zod';

/** A file of the enrolment is there and can't be used: cut off, not JSON, or not what this version understands. Its message quotes nothing of it: it holds keys. */
export class EnrolmentFileError extends Error {
  override name = 'EnrolmentFileError';
  readonly code = 'enrolmentUnreadable';

  constructor(readonly file: string) {
    super(`${file} is not an enrolment this version can use`);
  }
}

/**
 * Everything enrolment gave this gateway, and the keys it made for it. One file, so that key and certificate always belong together. What a newer version added
 * is kept: after a return to the previous version, and a renewal by it, the newer one must find it again.
 */
const enrolmentFile = z.looseObject({
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
const pendingFile = z.looseObject({
  /** What it answers: a claim, or the serial number of the certificate that is renewed. */
  for: z.string(),
  key: z.string(),
  csr: z.string(),
  journalKey: z.string(),
});
export type PendingRequest = z.infer<typeof pendingFile>;

const FILE = 'enrolment.json';
const PENDING = 'enrolment-pending.json';

/** This gateway's enrolment; undefined when it has none. Throws {@link EnrolmentFileError}. */
export function readEnrolment(dataDir: string): EnrolmentFile | undefined {
  return read(join(dataDir, FILE), enrolmentFile);
}

/** Replaces the enrolment, durably, and forgets what was pending. */
export function writeEnrolment(dataDir: string, enrolment: EnrolmentFile): void {
  write(dataDir, FILE, enrolment);
  rmSync(join(dataDir, PENDING), { force: true });
}

/** The request made for exactly this claim or serial number, if one is pending. Throws {@link EnrolmentFileError}. */
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
  const parsed = schema.safeParse(jsonOf(file, text));
  if (!parsed.success) throw new EnrolmentFileError(file);
  return parsed.data;
}

function jsonOf(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    // The parser quotes what it stumbled over, which may be part of a key.
    if (error instanceof SyntaxError) throw new EnrolmentFileError(file);
    throw error;
  }
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
