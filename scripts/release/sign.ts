// `node scripts/release/sign.ts KEY`: signs dist/release/SHA256SUMS with the private key in the file KEY, which must be that
// of `releaseKey` in package.json: install.sh checks the signature with it.
import {execFileSync, spawnSync} from 'node:child_process';
import {rm} from 'node:fs/promises';
import path from 'node:path';
import manifest from '../../package.json' with {type: 'json'};

const [key] = process.argv.slice(2);
if (key === undefined) throw new Error('which key? · node scripts/release/sign.ts KEY');
const publicKey = spawnSync('ssh-keygen', ['-y', '-f', key], {encoding: 'utf8'}).stdout.trim();
/** Its kind and itself, without the comment. */
const words = (text: string) => text.split(' ', 2).join(' ');
if (manifest.releaseKey === '' || words(publicKey) !== words(manifest.releaseKey)) {
  console.error(`sign: the key is not releaseKey in package.json, but ${publicKey || 'none that can be read'}`);
  process.exit(1);
}
const sums = path.join(import.meta.dirname, '../../dist/release/SHA256SUMS');
// It asks before it replaces one.
await rm(`${sums}.sig`, {force: true});
execFileSync('ssh-keygen', ['-Y', 'sign', '-f', key, '-n', 'pipetail', sums], {stdio: ['ignore', 'ignore', 2]});
console.log('dist/release/SHA256SUMS.sig');
