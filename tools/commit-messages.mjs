// Checks that commit messages are conventional (https://www.conventionalcommits.org/en/v1.0.0/). Arguments: a git revision range; all commits without one.
import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';

const TYPES = ['build', 'chore', 'ci', 'docs', 'feat', 'fix', 'perf', 'refactor', 'revert', 'style', 'test'];
const HEADER = new RegExp(`^(?:${TYPES.join('|')})(?:\\([a-z0-9-]+(?:,[a-z0-9-]+)*\\))?!?: \\S.*[^.\\s]$`);
const LONGEST_HEADER = 100;

/** What is wrong with a message, as sentences; none when it is fine. */
export function problemsOf(message) {
  const [header, second] = message.split('\n');
  const problems = [];
  if (!HEADER.test(header)) problems.push(`must read "type(scope): what it does" with a type of ${TYPES.join(', ')} and no full stop`);
  if (header.length > LONGEST_HEADER)
    problems.push(`has ${header.length} characters in its first line, at most ${LONGEST_HEADER} are read`);
  if (second !== undefined && second.trim() !== '') problems.push('needs an empty line after the first');
  return problems;
}

function main() {
  const log = execFileSync('git', ['log', '--no-merges', '--format=%H%x00%B%x01', process.argv[2] ?? 'HEAD'], { encoding: 'utf8' });
  let wrong = 0;
  for (const entry of log.split('\u0001').map((text) => text.trim())) {
    if (entry === '') continue;
    const [commit, message] = entry.split('\0');
    for (const problem of problemsOf(message.trim())) {
      wrong++;
      process.stderr.write(`${commit.slice(0, 10)} "${message.split('\n')[0]}" ${problem}\n`);
    }
  }
  if (wrong > 0) process.exitCode = 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
