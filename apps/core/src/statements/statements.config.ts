import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, type StatementsConfig } from '../config.js';
import { reasonOf } from '../logging.js';
import { StatementSpool } from './statements.spool.js';

/** Nest token of the {@link StatementSpool}; undefined where this core takes no files. */
export const STATEMENT_SPOOL = Symbol('StatementSpool');
/** Nest token of the SFTP servers to pull from. */
export const SFTP_SOURCES = Symbol('SftpSources');

/** The spool as configured. */
export function spoolOf(config: StatementsConfig | undefined): StatementSpool | undefined {
  return config === undefined ? undefined : new StatementSpool(config.dir, config.maxBytes);
}

const sftpSource = z.strictObject({
  /** Names the source in the list of files. */
  name: z.string().min(1).max(48),
  kind: z.enum(['acquirer', 'bank']).default('acquirer'),
  acquirer: z.string().min(1).max(48).optional(),
  host: z.string().min(1).max(255),
  port: z.int().min(1).max(65_535).default(22),
  username: z.string().min(1).max(64),
  /** Path of a private key (OpenSSH or PEM). */
  privateKeyFile: z.string().min(1).optional(),
  /** Path of a file that holds the password. */
  passwordFile: z.string().min(1).optional(),
  /** `SHA256:` and the base64 digest of the server's key, as `ssh-keygen -lf` prints it. A server with any other key is refused. */
  hostKey: z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/),
  folder: z.string().min(1).max(1_024),
  /** Which names are statements: `*` stands for any text. */
  pattern: z.string().min(1).max(200).default('*'),
  everyMinutes: z.int().min(1).max(1_440).default(15),
});
/** A server statements are pulled from. */
export type SftpSource = z.output<typeof sftpSource>;

const sources = z.array(
  sftpSource
    .refine((source) => (source.kind === 'acquirer') === (source.acquirer !== undefined), {
      path: ['acquirer'],
      message: 'expected for an acquirer, and only there',
    })
    .refine((source) => (source.privateKeyFile === undefined) !== (source.passwordFile === undefined), {
      path: ['privateKeyFile'],
      message: 'expected either privateKeyFile or passwordFile',
    }),
);

/** Reads TILLWARD_SFTP_SOURCES_FILE. Throws {@link ConfigError} naming what is wrong. */
export function readSftpSources(path: string | undefined): SftpSource[] {
  if (path === undefined) return [];
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ConfigError(`TILLWARD_SFTP_SOURCES_FILE: expected a readable JSON file: ${reasonOf(error)}`);
  }
  const parsed = sources.safeParse(content);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.slice(0, 10).map((issue) => `TILLWARD_SFTP_SOURCES_FILE: ${issue.path.join('.')}: ${issue.message}`);
  throw new ConfigError(lines.join('\n'));
}
