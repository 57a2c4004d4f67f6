import {mkdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {ApiClient} from '../api/types.ts';
import type {Clock} from '../lib/clock.ts';
import {saveFile} from '../storage/save-file.ts';
import {type Candidate, complete, type OwnNames} from './complete.ts';
import {namesSoon} from './name-hint.ts';

/** Names are as good as new for so long. Milliseconds. */
const fresh = 30_000;

export type AnswerOptions = {
  /** The words behind `pipetail`, the last one begun or empty. */
  readonly words: readonly string[];
  readonly own: OwnNames;
  /** Opens the server that the words name; undefined: they cannot be understood. Asked only when names are wanted. */
  readonly open: () => Promise<{readonly client: ApiClient; readonly close: () => Promise<void>} | undefined>;
  /** Where the names are kept between two questions. */
  readonly folder: string;
  /** Whose names they are: server, tenant. */
  readonly server: string;
  readonly clock: Clock;
};

/** A word a line, with help behind a tab. Never rejects: a shell that waits for a word is no place for complaints. */
export async function answerCompletion(options: AnswerOptions): Promise<string> {
  const {candidates, names} = complete(options.words, options.own);
  const begun = options.words.at(-1) ?? '';
  const known = names && !begun.startsWith('-') ? await namesOf(options).catch(() => []) : [];
  const all: readonly Candidate[] = [
    ...candidates,
    ...known.filter((name) => name.startsWith(begun)).map((word) => ({word, help: 'pipeline'})),
  ];
  return all.map(({word, help = ''}) => `${word}\t${help}\n`).join('');
}

type Kept = {readonly server: string; readonly at: number; readonly names: readonly string[]};

async function namesOf({open, folder, server, clock}: AnswerOptions): Promise<readonly string[]> {
  const file = path.join(folder, 'completion.json');
  const kept = await readKept(file);
  const age = clock.wall() - (kept?.at ?? 0);
  if (kept?.server === server && age >= 0 && age < fresh) return kept.names;
  const opened = await open();
  if (!opened) return [];
  const names = await namesSoon(opened.client, clock);
  await opened.close();
  // What is on the wire is printed into a shell: nothing but what a name can have.
  const safe = (names ?? []).filter((name) => /^[\w-]+$/.test(name));
  if (names) {
    await mkdir(folder, {recursive: true, mode: 0o700});
    const text = JSON.stringify({server, at: clock.wall(), names: safe} satisfies Kept);
    await saveFile(file, [Buffer.from(text)], {overwrite: true, signal: new AbortController().signal});
  }
  return safe;
}

async function readKept(file: string): Promise<Kept | undefined> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    return isKept(json) ? json : undefined;
  } catch {
    return undefined;
  }
}

function isKept(json: unknown): json is Kept {
  if (typeof json !== 'object' || json === null) return false;
  if (!('server' in json && 'at' in json && 'names' in json)) return false;
  const {at, names} = json;
  return typeof at === 'number' && Array.isArray(names) && names.every((name) => typeof name === 'string');
}
