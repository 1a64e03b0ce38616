// Builds releases of the edge agent and what starts them (docs/adr/0030). `npm run release:edge -- --help` says how to use it.
import { createHash, createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import {
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));
const SOURCE = join(ROOT, 'apps/edge-agent/src');
export const OUTPUT = join(ROOT, 'dist/edge');

/** The module of the edge agent with this name below src, bundled and loaded: the tools make what the gateway reads with the gateway's own code. */
export async function edgeModule(name) {
  const folder = join(ROOT, 'node_modules/.cache/edge-tools', `${process.pid}`);
  try {
    await bundle({ [basename(name)]: join(SOURCE, `${name}.ts`) }, folder);
    return await import(pathToFileURL(join(folder, `${basename(name)}.mjs`)).href);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Bundles entries with all they import but Node's own modules; returns the folders of the packages that went in. */
export async function bundle(entries, outDir, extension = 'mjs') {
  const { output } = await build({
    root: ROOT,
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: [{ find: /^@tillward\/([a-z0-9-]+)$/, replacement: join(ROOT, 'libs/$1/src/index.ts') }] },
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      outDir,
      emptyOutDir: true,
      target: 'node22',
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: { input: entries, output: { entryFileNames: `[name].${extension}`, chunkFileNames: `[name]-[hash].${extension}` } },
    },
  });
  const modules = output.flatMap((chunk) => chunk.moduleIds ?? []);
  return [...new Set(modules.map(packageFolder).filter((folder) => folder !== null))].toSorted();
}

function packageFolder(moduleId) {
  return /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(moduleId.replaceAll('\0', ''))?.[1] ?? null;
}

/** Name, version, licence and licence text of the packages in these folders. */
export function licencesOf(folders) {
  return folders.map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
    return { name, version, license: license ?? 'see below', text: file ? readFileSync(join(folder, file), 'utf8').trim() : '' };
  });
}

/** The licence texts of these packages, one after the other. */
export function licenceNotes(licences) {
  return licences.map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text}\n`).join(`\n${'-'.repeat(78)}\n\n`);
}

/** What orders releases when nobody says: the time of the last commit, in seconds. */
async function defaultSequence() {
  if (process.env.SOURCE_DATE_EPOCH) return Number(process.env.SOURCE_DATE_EPOCH);
  const { execFileSync } = await import('node:child_process');
  return Number(execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' }));
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted();
}

/**
 * Builds the agent into `folder` and describes it: `{ manifest, manifestBytes, packages }`. `options`: version, sequence, node (a Node program to bring along),
 * downgrade, nextKey, oldestPrevious.
 */
export async function buildAgent(folder, options = {}) {
  // As in the project: the agent starts further processes of itself by the name main.js.
  const packages = await bundle({ main: join(SOURCE, 'main.ts') }, folder, 'js');
  // The store console's page, read from disk when somebody opens it.
  cpSync(join(ROOT, 'apps/edge-agent/console'), join(folder, 'console'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(join(folder, 'LICENSES.txt'), licenceNotes(licencesOf(packages)));
  const { AGENT_VERSION } = await edgeModule('version');
  const { MIGRATIONS, SCHEMA_READABLE_FROM } = await edgeModule('journal/journal.schema');
  if (options.node) {
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin/node'), readFileSync(options.node), { mode: 0o755 });
  }
  const manifest = await describe(folder, {
    version: options.version ?? AGENT_VERSION,
    sequence: options.sequence ?? (await defaultSequence()),
    platform: options.node ? `${process.platform}-${process.arch}` : 'any',
    oldestNode: '22.13.0',
    oldestPrevious: options.oldestPrevious ?? '0.1.0',
    journalSchema: { version: MIGRATIONS.length, readableFrom: SCHEMA_READABLE_FROM },
    entry: 'main.js',
    node: options.node ? 'bin/node' : null,
    downgrade: options.downgrade ?? false,
    nextKey: options.nextKey ?? null,
  });
  return { ...manifest, packages };
}

/** The manifest of what lies in `folder`, checked by the gateway's own reader: `{ manifest, manifestBytes }`. */
export async function describe(folder, facts) {
  const files = filesBelow(folder).map((file) => {
    const content = readFileSync(file);
    return {
      path: relative(folder, file),
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      executable: (statSync(file).mode & 0o100) !== 0,
    };
  });
  const manifestBytes = Buffer.from(`${JSON.stringify({ format: 1, product: 'tillward-edge', ...facts, files }, null, 1)}\n`);
  const { parseManifest } = await edgeModule('update/release.rules');
  const manifest = parseManifest(manifestBytes.toString('utf8'));
  if (!manifest) throw new Error('gateways would not understand this manifest; see apps/edge-agent/src/update/release.rules.ts');
  return { manifest, manifestBytes };
}

/** Writes the signed archive of a described folder. */
export async function writeRelease(file, folder, { manifest, manifestBytes }, keyId, privateKey) {
  const { signManifest } = await edgeModule('update/release.signature');
  const { writeArchive } = await edgeModule('update/release.archive');
  const signature = Buffer.from(JSON.stringify(signManifest(manifestBytes, keyId, privateKey)));
  const whole = (path, content) => ({ path, bytes: content.length, executable: false, content: () => [content] });
  const files = manifest.files.map(({ path, bytes, executable }) => ({
    path,
    bytes,
    executable,
    content: () => createReadStream(join(folder, path)),
  }));
  const archive = writeArchive([whole('manifest.json', manifestBytes), whole('manifest.sig', signature), ...files]);
  await once(archive.pipe(createWriteStream(file)), 'close');
}

/** Makes a release key: the private half in `file` (PKCS8 PEM), the public half beside it as a key file that packages can pin. */
function makeKey(file, keyId) {
  if (existsSync(file)) throw new Error(`${file} exists: a release key is never overwritten`);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  writeFileSync(file, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx' });
  const raw = publicKey.export({ format: 'jwk' }).x;
  const key = { keyId, publicKey: Buffer.from(raw, 'base64url').toString('base64') };
  writeFileSync(`${file}.public.json`, `${JSON.stringify({ keys: [key] }, null, 2)}\n`);
  process.stdout.write(
    `${file} signs releases: keep it off every gateway\n${file}.public.json is for npm run package:edge -- --release-keys\n`,
  );
}

const HELP = `npm run release:edge -- --key FILE.pem --key-id ID [--sequence N] [--with-node] [--downgrade] [--next-key FILE.public.json] [--out FILE.tgz]
  Builds the agent and writes a signed release.
  --sequence   orders releases; by default the time of the last commit in seconds
  --with-node  brings this project's Node along
  --downgrade  a lower version than before is meant
  --next-key   announces the key that signs the releases after this one
npm run release:edge -- --make-key FILE.pem --key-id ID
  Makes a release key.
`;

async function main() {
  const { values } = parseArgs({
    options: {
      key: { type: 'string' },
      'key-id': { type: 'string' },
      'make-key': { type: 'string' },
      sequence: { type: 'string' },
      'with-node': { type: 'boolean', default: false },
      downgrade: { type: 'boolean', default: false },
      'next-key': { type: 'string' },
      out: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  if (values['key-id'] && values['make-key']) {
    makeKey(resolve(values['make-key']), values['key-id']);
    return;
  }
  if (!values.key || !values['key-id']) {
    process.stderr.write(HELP);
    process.exitCode = 64;
    return;
  }
  mkdirSync(OUTPUT, { recursive: true });
  const folder = join(OUTPUT, 'release');
  const described = await buildAgent(folder, {
    ...(values.sequence ? { sequence: Number(values.sequence) } : {}),
    ...(values['with-node'] ? { node: process.execPath } : {}),
    downgrade: values.downgrade,
    nextKey: values['next-key'] ? JSON.parse(readFileSync(values['next-key'], 'utf8')).keys[0] : null,
  });
  const { version, sequence } = described.manifest;
  const file = values.out ?? join(OUTPUT, `tillward-edge-${version}-${sequence}.tgz`);
  await writeRelease(file, folder, described, values['key-id'], createPrivateKey(readFileSync(values.key)));
  rmSync(folder, { recursive: true, force: true });
  process.stdout.write(`${file}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
