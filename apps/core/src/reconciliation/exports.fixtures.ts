import { inflateRawSync } from 'node:zlib';
import type { TestCore } from '../graphql/core.fixtures.js';

/** Downloads a table as its reader would. */
export async function downloadOf(world: TestCore, cookie: string | undefined, path: string) {
  const response = await fetch(`${world.core.url}/api/exports/${path}`, { headers: cookie === undefined ? {} : { cookie } });
  return { status: response.status, headers: response.headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

/** Content of a member of an archive written in one piece, read by its directory. */
export function member(zip: Buffer, name: string): string {
  let at = zip.readUInt32LE(zip.length - 6);
  for (;;) {
    const [packed, nameLength, local] = [zip.readUInt32LE(at + 20), zip.readUInt16LE(at + 28), zip.readUInt32LE(at + 42)];
    if (zip.toString('utf8', at + 46, at + 46 + nameLength) === name)
      return inflateRawSync(zip.subarray(local + 30 + nameLength, local + 30 + nameLength + packed)).toString('utf8');
    at += 46 + nameLength;
  }
}
