import { dataDirOf } from './config.js';
import { runEnrolmentCommand } from './enrolment/index.js';

process.exitCode = await runEnrolmentCommand(process.argv.slice(2), {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  now: () => Date.now(),
  dataDir: dataDirOf(),
});
