import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {constants, gunzipSync} from 'node:zlib';

/** Part of every credential that a test plants, and of nothing else. */
const MARK = 'PLANTED';

/** The credential in the environment of every program that the harness starts, unless its test sets another. */
export const plantedKey = `apikey:${MARK}-0123456789`;

/** The mark, and what of it is the same in base64 (a Basic login, a copy by OSC 52) at each of the three alignments. */
const FORMS = [MARK, ...[0, 1, 2].map(inBase64)].map((form) => Buffer.from(form));

/** Bytes of the longest form: of a text in pieces, all of them but one are searched again with the next piece. */
export const longestForm = Math.max(...FORMS.map((form) => form.length));

const excepted = new Set<string>();

/** Declares that a test itself writes a secret into this file, such as a token or a configuration. Returns the path. */
export function ownSecretFile(file: string): string {
  excepted.add(file);
  return file;
}

/** The first planted secret in `bytes` with its surroundings, or undefined. */
export function findSecret(bytes: Buffer): string | undefined {
  for (const form of FORMS) {
    const at = bytes.indexOf(form);
    if (at !== -1) return JSON.stringify(bytes.toString('latin1', Math.max(0, at - 60), at + 60));
  }
  return undefined;
}

/**
 * Each file under `folder` whose name or text, unpacked if it is a `.gz`, holds a planted secret: `path: "…"`. Links are
 * not followed, as Node 26 would do in a recursive listing.
 */
export async function secretsIn(folder: string): Promise<string[]> {
  // A test may have removed it.
  const entries = await readdir(folder, {withFileTypes: true}).catch(() => []);
  const found: string[] = [];
  for (const entry of entries) {
    const file = path.join(folder, entry.name);
    if (!excepted.has(file)) {
      const texts = [Buffer.from(entry.name), ...(entry.isFile() ? await textsOf(file) : [])];
      const secret = texts.map(findSecret).find((each) => each !== undefined);
      if (secret !== undefined) found.push(`${file}: ${secret}`);
    }
    if (entry.isDirectory()) found.push(...(await secretsIn(file)));
  }
  return found;
}

/** Throws an error with what was found, if anything was. */
export function expectNoSecrets(found: readonly string[]): void {
  if (found.length > 0) throw new Error(`a planted secret came to light:\n${found.join('\n')}`);
}

async function textsOf(file: string): Promise<Buffer[]> {
  // It has just been removed, or may not be read.
  const bytes = await readFile(file).catch(() => Buffer.alloc(0));
  if (!file.endsWith('.gz')) return [bytes];
  try {
    // One whose writer was killed ends early.
    return [bytes, gunzipSync(bytes, {finishFlush: constants.Z_SYNC_FLUSH})];
  } catch {
    return [bytes];
  }
}

/** The base64 of the mark behind `before` unknown bytes, without the characters that depend on them. */
function inBase64(before: number): string {
  const bytes = before + MARK.length;
  const text = Buffer.from(MARK.padStart(bytes)).toString('base64');
  return text.slice(Math.ceil((before * 8) / 6), Math.floor((bytes * 8) / 6));
}
