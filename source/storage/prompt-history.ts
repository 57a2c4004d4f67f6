import {mkdir, rename} from 'node:fs/promises';
import path from 'node:path';
import {errorText} from '../lib/format.ts';
import {parseJson} from '../lib/json.ts';
import {NotRegularError, openFor, openRegular, writeRegular} from './regular-file.ts';
import {codeOf, readOnlyState, saveFailure, saveFile} from './save-file.ts';

/** A walk through earlier texts with the arrow keys. A value: each step returns a new one. */
export type Recall = {
  /** The prompt's text at the start: only texts that begin with it are offered. */
  readonly typed: string;
  /** Steps back from `typed`. */
  readonly steps: number;
  readonly text: string;
};

const mostTexts = 200;
/** UTF-16 units. Longer text was pasted by mistake, and is no help in a prompt of one row. */
const longestText = 1000;
/** A file with more lines is rewritten: the rest are repeats, or older than what is kept. */
const mostLines = 2 * mostTexts;
/** Bytes. 400 of the longest texts are less: a larger file is not ours. */
const largestFile = 4 * 1024 * 1024;

/** In the state folder. */
const fileNames = {
  /** Searches and highlights. */
  patterns: 'history',
  filters: 'history-filters',
  files: 'history-files',
} as const;

/** What was typed into the prompts of each kind. */
export type PromptHistories = Readonly<Record<keyof typeof fileNames, PromptHistory>>;

/** Histories without their earlier entries: `load` reads them. `signal` ends all work on them. */
export function promptHistories(folder: string, signal: AbortSignal): PromptHistories {
  const of = (kind: keyof typeof fileNames) => new PromptHistory({file: path.join(folder, fileNames[kind]), signal});
  return {patterns: of('patterns'), filters: of('filters'), files: of('files')};
}

/**
 * Texts typed into prompts, kept across starts. Each is a JSON string on a line of its own, appended by one write:
 * several programs may use the file at a time, and none undoes the write of another. No call fails: a text that cannot
 * be saved is kept until the program ends, and `readProblem` returns why.
 */
export class PromptHistory {
  readonly #file: string;
  readonly #signal: AbortSignal;
  #entries: readonly string[] = [];
  #memoryOnly = false;
  #problem: string | undefined;
  #hasReported = false;
  /** Work in order; never rejects. */
  #work: Promise<void> = Promise.resolve();

  /** `file` and its folder are created with the first text. `signal` ends all work on it. */
  constructor(options: {readonly file: string; readonly signal: AbortSignal}) {
    this.#file = options.file;
    this.#signal = options.signal;
  }

  /** Newest first, each once, at most 200. `load` adds those of other programs. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Reads the file. Texts that were added before count as newer. */
  load(): Promise<void> {
    return this.#enqueue(() => this.#load());
  }

  /** Puts a text first, and appends it to the file in the background. */
  add(text: string): void {
    if (text === '' || text.length > longestText || text === this.#entries[0]) return;
    this.#entries = newestFirst([text, ...this.#entries]);
    void this.#enqueue(() => this.#append(text));
  }

  /** Resolves when everything added so far is in the file, or cannot be. */
  saved(): Promise<void> {
    return this.#work;
  }

  /** Why the history is not read or saved, in one sentence; returned once. */
  readProblem(): string | undefined {
    const problem = this.#problem;
    this.#problem = undefined;
    return problem;
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(async () => {
      if (this.#memoryOnly || this.#signal.aborted) return;
      await work().catch(async (error: unknown) => {
        if (this.#signal.aborted || this.#hasReported) return;
        const readOnly = await readOnlyState(path.dirname(this.#file));
        this.#report(readOnly ?? saveFailure(this.#file, error) ?? String(error));
      });
    });
    return this.#work;
  }

  async #load(): Promise<void> {
    const lines = await this.#readLines();
    if (!lines) return;
    const read = lines.map(textOf);
    const inFile = newestFirst(read.filter((text) => text !== undefined).reverse());
    this.#entries = newestFirst([...this.#entries, ...inFile]);
    const isDamaged = read.includes(undefined);
    if (isDamaged) {
      const aside = `${this.#file}.damaged`;
      await rename(this.#file, aside);
      this.#report(`the history was damaged: what could be read is kept, the file as it was is ${aside}`);
    }
    if (isDamaged || lines.length > mostLines) await this.#rewrite(inFile);
  }

  /** Undefined if there is nothing to read; a file that is not ours is left alone. */
  async #readLines(): Promise<string[] | undefined> {
    try {
      await using handle = await openRegular(this.#file);
      if ((await handle.stat()).size > largestFile) throw new NotRegularError(this.#file, 'ENOTFILE');
      const text = await handle.readFile({encoding: 'utf8', signal: this.#signal});
      return text.split('\n').filter((line) => line !== '');
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || this.#signal.aborted) return undefined;
      this.#memoryOnly = true;
      const isOther = error instanceof NotRegularError;
      const why = isOther ? 'it is not a file of this program' : (codeOf(error) ?? errorText(error));
      this.#report(`the history is not kept: ${this.#file} cannot be read (${why})`);
      return undefined;
    }
  }

  /** May lose a text that another program adds at this moment; a rewrite comes once in 200 texts. */
  async #rewrite(entries: readonly string[]): Promise<void> {
    const bytes = Buffer.from(entries.toReversed().map(lineOf).join(''));
    const saved = await saveFile(this.#file, [bytes], {overwrite: true, signal: this.#signal});
    if (saved.kind === 'failed') this.#report(saved.why);
  }

  async #append(text: string): Promise<void> {
    await mkdir(path.dirname(this.#file), {recursive: true, mode: 0o700});
    await writeRegular(this.#file, lineOf(text), openFor.append, this.#signal);
  }

  #report(problem: string): void {
    if (this.#hasReported) return;
    this.#hasReported = true;
    this.#problem = problem;
  }
}

function newestFirst(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].slice(0, mostTexts);
}

function lineOf(text: string): string {
  return `${JSON.stringify(text)}\n`;
}

/** Undefined for a line that is no JSON string. */
function textOf(line: string): string | undefined {
  const value = parseJson(line);
  return typeof value === 'string' ? value : undefined;
}

export function startRecall(typed: string): Recall {
  return {typed, steps: 0, text: typed};
}

/** One step to older (1) or newer (-1) `entries`, which are newest first; undefined when there is none. */
export function recall(entries: readonly string[], {typed, steps}: Recall, by: 1 | -1): Recall | undefined {
  const offered = [typed, ...entries.filter((entry) => entry.startsWith(typed) && entry !== typed)];
  const text = offered[steps + by];
  return text === undefined ? undefined : {typed, steps: steps + by, text};
}
