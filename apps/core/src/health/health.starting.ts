import { createServer } from 'node:http';
import type { StartProgress } from '../database/index.js';
import { securityHeaders } from '../http/index.js';

/** Answers /healthz and /readyz while core waits for its database; closed before the real server listens on the same port. */
export async function serveWhileStarting(host: string, port: number, progress: StartProgress): Promise<{ close(): Promise<void> }> {
  const server = createServer((request, response) => {
    const alive = request.url === '/healthz';
    const body = alive ? { alive: true } : { ready: false, reasons: reasons(progress) };
    response
      .writeHead(alive ? 200 : 503, { ...securityHeaders(), 'content-type': 'application/json', connection: 'close' })
      .end(JSON.stringify(body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function reasons(progress: StartProgress): Record<string, string> {
  if (progress.waitingFor === undefined) return { start: 'starting' };
  return { database: progress.waitingFor, migrations: 'waiting for the database' };
}
