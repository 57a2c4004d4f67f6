/**
 * The package for Alpine. It has no glibc, so it gets the program of npm and needs Alpine's own Node. Written here: the
 * format is two archives in a row, of what apk reads and of the files (version 2, which apk 2 and 3 install).
 */
import {createHash} from 'node:crypto';
import {lstat, readFile, readlink, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {gzipSync} from 'node:zlib';
import type {About} from './about.ts';
import {filesBelow, sizeOf} from './reproducible.ts';

/** Puts `pipetail-1.0.0-r0.apk` into the folder `release`; `tree` has all files from the root on, without owners. */
export async function makeAlpinePackage(
  tree: string,
  release: string,
  {about: {version, description, author, address, time}, node}: {readonly about: About; readonly node: string},
): Promise<void> {
  const data = gzipSync(Buffer.concat([...(await entriesOf(tree, time)), endOfArchive]), {level: 9});
  const alpine = `${version.replace(/-([a-z]+)\.?/, '_$1')}-r0`;
  const info = {
    pkgname: 'pipetail',
    pkgver: alpine,
    pkgdesc: description,
    url: address,
    builddate: time,
    packager: author,
    size: await sizeOf(tree),
    arch: 'noarch',
    origin: 'pipetail',
    license: 'MIT',
    depend: `nodejs>=${node}`,
    datahash: createHash('sha256').update(data).digest('hex'),
  };
  const lines = Object.entries(info).map(([name, value]) => (value === '' ? '' : `${name} = ${value}\n`));
  const text = Buffer.from(lines.join(''));
  // Without an end: the next archive goes on.
  const control = gzipSync(entry({name: '.PKGINFO', mode: 0o644, time, bytes: text}), {level: 9});
  await writeFile(path.join(release, `pipetail-${alpine}.apk`), Buffer.concat([control, data]));
}

const block = 512;
const endOfArchive = Buffer.alloc(2 * block);

type Entry = {
  readonly name: string;
  readonly mode: number;
  /** Unix time in s. */
  readonly time: number;
  readonly bytes?: Buffer;
  readonly target?: string;
  /** `0` a file, `2` a link, `5` a folder, `x` what is more to say of the next. */
  readonly type?: '0' | '2' | '5' | 'x';
};

/** The folders above the files, then each file and link with the SHA-1 that apk notes. */
async function entriesOf(tree: string, time: number): Promise<readonly Buffer[]> {
  const names = await filesBelow(tree);
  const folders = new Set(names.flatMap((name) => foldersAbove(name)));
  const made: Buffer[] = [...folders].toSorted().map((name) => entry({name: `${name}/`, mode: 0o755, time, type: '5'}));
  for (const name of names) {
    const file = path.join(tree, name);
    const stats = await lstat(file);
    const isLink = stats.isSymbolicLink();
    const bytes = isLink ? Buffer.from(await readlink(file)) : await readFile(file);
    const sum = createHash('sha1').update(bytes).digest('hex');
    made.push(entry({name, mode: 0o644, time, type: 'x', bytes: paxRecord('APK-TOOLS.checksum.SHA1', sum)}));
    if (isLink) made.push(entry({name, mode: 0o777, time, type: '2', target: bytes.toString()}));
    else made.push(entry({name, mode: stats.mode & 0o100 ? 0o755 : 0o644, time, bytes}));
  }
  return made;
}

function foldersAbove(name: string): readonly string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** `<length> <key>=<value>\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): Buffer {
  const rest = ` ${key}=${value}\n`;
  const length = [2, 3].map((digits) => rest.length + digits).find((sum) => String(sum).length === sum - rest.length);
  return Buffer.from(`${length}${rest}`);
}

/** A header in the form of ustar and the bytes, filled up to whole blocks. Throws for a name of more than 100 bytes. */
function entry({name, mode, time, bytes = Buffer.alloc(0), target = '', type = '0'}: Entry): Buffer {
  if (Buffer.byteLength(name) > 100 || Buffer.byteLength(target) > 100) throw new Error(`the name ${name} is too long`);
  const header = Buffer.alloc(block);
  const number = (value: number, digits: number) => `${value.toString(8).padStart(digits, '0')}\0`;
  const fields: readonly (readonly [at: number, text: string])[] = [
    [0, name],
    [100, number(mode, 7)],
    [108, number(0, 7)],
    [116, number(0, 7)],
    [124, number(bytes.length, 11)],
    [136, number(time, 11)],
    // As if the sum were spaces.
    [148, ' '.repeat(8)],
    [156, type],
    [157, target],
    [257, 'ustar\x0000'],
    [265, 'root'],
    [297, 'root'],
  ];
  for (const [at, text] of fields) header.write(text, at, 'utf8');
  const sum = header.reduce((all, byte) => all + byte, 0);
  header.write(`${number(sum, 6)} `, 148, 'utf8');
  return Buffer.concat([header, bytes, Buffer.alloc((block - (bytes.length % block)) % block)]);
}
