import { readStatement } from './statement.read.js';

/** What the child process reports: how many rows it read, and the most memory it ever had resident. */
export interface StatementWorkerReport {
  readonly rows: number;
  readonly peakRssBytes: number;
}

const [path] = process.argv.slice(2);
if (path === undefined || process.send === undefined) throw new Error('started by the statement benchmark, with a file');
const rows = readStatement(path);
// getrusage counts in kibibytes.
process.send({ rows, peakRssBytes: process.resourceUsage().maxRSS * 1024 } satisfies StatementWorkerReport);
