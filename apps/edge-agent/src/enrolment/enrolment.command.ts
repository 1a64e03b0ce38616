import { X509Certificate } from 'node:crypto';
import { parseArgs } from 'node:util';
import { claimCode } from '@tillward/contracts';
import { addressProblem, CoreRefusal } from './core-client.js';
import { readEnrolment } from './enrolment.file.js';
import { AnswerRefused, enrol, renew } from './enrolment.service.js';
import { EXIT_REFUSED } from './renewal.service.js';

/** Exit status of a command that was written wrongly (sysexits.h EX_USAGE). */
const EXIT_USAGE = 64;

const USAGE = `tillward-edge: the edge agent of one store gateway

  tillward-edge enroll --core <url> --claim <code> --data <folder> [--core-ca <file>]
      Enrols this gateway with a claim from headquarters: makes its keys here and keeps its certificate in the folder.
      After a failure run it again with the same claim.

  tillward-edge renew --data <folder> [--core <url>] [--core-ca <file>]
      Gets the next certificate now. The agent does this by itself after a third of the certificate's life.

  tillward-edge
      Runs the agent. Its settings are in docs/environment.md.

  --core-ca   who signs core's certificate (PEM), when it is no public authority
`;

/** Where a command writes, and the time. */
export interface CommandSurroundings {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly now: () => number;
  /** TILLWARD_DATA_DIR, the folder when none is given. */
  readonly dataDir: string | undefined;
}

/** Runs `enroll`, `renew` or `help`; resolves with the exit status: 0 done, 1 try again, 3 core said no for good, 64 written wrongly. */
export async function runEnrolmentCommand(words: readonly string[], around: CommandSurroundings): Promise<number> {
  const [command, ...rest] = words;
  if (command === 'help' || command === '--help' || command === '-h') {
    around.out(USAGE);
    return 0;
  }
  if (command !== 'enroll' && command !== 'renew') return usage(around, `${command}: there is no such command`);
  const flags = flagsOf(rest);
  if (typeof flags === 'string') return usage(around, flags);
  const dataDir = flags.data ?? around.dataDir;
  if (dataDir === undefined) return usage(around, '--data: expected the agent’s data folder');
  const place = { dataDir, now: around.now };
  try {
    if (command === 'enroll') {
      if (flags.core === undefined) return usage(around, '--core: expected core’s address');
      if (flags.claim === undefined || !claimCode.safeParse(flags.claim).success)
        return usage(around, '--claim: expected a claim, such as berlin.7KQD-…');
      const problem = addressProblem(flags.core);
      if (problem !== undefined) return usage(around, `--core: ${problem}`);
      const enrolment = await enrol(place, { url: flags.core, caFile: flags['core-ca'] }, flags.claim);
      around.out(
        `enrolled as gateway ${enrolment.gateway} of store ${enrolment.store}, certificate until ${endOf(enrolment.certificate)}\n`,
      );
    } else {
      const core = flags.core ?? readEnrolment(dataDir)?.core;
      if (core === undefined) return usage(around, `--data: ${dataDir} holds no enrolment; run tillward-edge enroll first`);
      const enrolment = await renew(place, { url: core, caFile: flags['core-ca'] });
      around.out(`renewed, certificate until ${endOf(enrolment.certificate)}\n`);
    }
    return 0;
  } catch (error) {
    around.err(`tillward-edge ${command}: ${error instanceof CoreRefusal ? `${error.message} (${error.code})` : reasonOf(error)}\n`);
    return (error instanceof CoreRefusal && error.isFinal) || error instanceof AnswerRefused ? EXIT_REFUSED : 1;
  }
}

function flagsOf(words: readonly string[]) {
  try {
    const options = {
      core: { type: 'string' },
      claim: { type: 'string' },
      data: { type: 'string' },
      'core-ca': { type: 'string' },
    } as const;
    return parseArgs({ args: [...words], options, strict: true }).values;
  } catch (error) {
    if (error instanceof TypeError) return error.message;
    throw error;
  }
}

function usage({ err }: CommandSurroundings, problem: string): number {
  err(`${problem}\n\n${USAGE}`);
  return EXIT_USAGE;
}

function endOf(certificate: string): string {
  return new Date(new X509Certificate(certificate).validTo).toISOString();
}

/** A refused connection says nothing in its message: its code does. */
function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  const text = message === undefined || message === '' ? String(code ?? error) : message;
  return code?.startsWith('CERT_') === true || code?.includes('CERT') === true ? `${text}; is this machine’s clock right?` : text;
}
