import assert from 'node:assert/strict';
import {existsSync, readdirSync, statSync, truncateSync} from 'node:fs';
import {cp, rename, rm} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {isDeepStrictEqual} from 'node:util';
import {eventually} from '../../harness/eventually.ts';
import {FakeClock, settled} from '../../harness/fake-clock.ts';
import {type Follower, type Limits, ServerModel, type Shape} from '../stitch/ring-model.ts';
import {RecordedLife, shownOf} from './recorded-life.ts';

export type Step =
  | {readonly do: 'write'; readonly lines: number; readonly padding: number}
  /** Connects if needed, and receives up to this many bytes. */
  | {readonly do: 'receive'; readonly bytes: number}
  | {readonly do: 'cut'}
  | {readonly do: 'settle'}
  /** Time enough for everything to be written. */
  | {readonly do: 'wait'}
  | {readonly do: 'restart'}
  /** The log has ended: an open line is closed. */
  | {readonly do: 'end'}
  /** The program dies. With `torn` while it writes: so much of it, from 0 to 1, has reached the disk. */
  | {readonly do: 'kill'; readonly torn: number | undefined}
  | {readonly do: 'quit'};

export type History = {
  readonly limits: Limits;
  readonly shape: Shape;
  readonly maxBytes: number;
  readonly fileBytes: number;
  readonly steps: readonly Step[];
};

/** Plays a history with a server that remembers everything, and checks the recording against it at the end. */
export class RecordedHistory {
  readonly #history: History;
  readonly #directory: string;
  readonly #clock = new FakeClock();
  readonly #server: ServerModel;
  readonly #lives: string[] = [];
  #life: RecordedLife | undefined;
  #follower: Follower | undefined;
  #received = 0;
  #pid = 0;
  #serial = 0;
  #sizes: ReadonlyMap<string, number> = new Map();

  constructor(history: History, directory: string) {
    this.#history = history;
    this.#directory = directory;
    this.#server = new ServerModel(history.limits, history.shape);
  }

  async play(): Promise<void> {
    for (const step of this.#history.steps) await this.#step(step);
    await this.#quit();
    this.#write(2, 0);
    await this.#receive(Number.POSITIVE_INFINITY);
    this.#life?.settle();
    this.#write(2, 0);
    await this.#receive(Number.POSITIVE_INFINITY);
    // What has left memory is read back with the markers in their places.
    if (this.#life) assert.ok(!shownOf(this.#life.buffer).includes('?'), 'every entry can be read');
    await this.#quit();
    await this.#start();
    const shown = this.#life ? shownOf(this.#life.buffer) : [];
    await this.#quit();
    this.#check(shown);
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        this.#write(step.lines, step.padding);
        return;
      case 'receive':
        await this.#receive(step.bytes);
        return;
      case 'cut':
        this.#cut();
        return;
      case 'settle':
        this.#life?.settle();
        return;
      case 'wait':
        await this.#wait();
        return;
      case 'restart':
        this.#lives.push(this.#server.epoch.wire.toString('latin1'));
        this.#server.restart('silent');
        return;
      case 'end':
        this.#cut();
        this.#life?.reader.markEnded('deleted');
        this.#life?.recording.onChange();
        return;
      case 'kill':
        await this.#kill(step.torn);
        return;
      case 'quit':
        await this.#quit();
        return;
    }
  }

  #write(lines: number, padding: number): void {
    for (let n = 0; n < lines; n++) {
      this.#serial += 1;
      this.#server.write(`[p] ${this.#server.now()} INFO t: step ${this.#serial}${'é'.repeat(padding)}`);
    }
  }

  async #start(): Promise<RecordedLife> {
    if (this.#life) return this.#life;
    const {maxBytes, fileBytes} = this.#history;
    this.#pid += 1;
    this.#life = new RecordedLife({
      directory: this.#directory,
      clock: this.#clock,
      maxBytes,
      pid: this.#pid,
      limits: {fileBytes},
    });
    await this.#life.recording.start('id-1');
    const {state} = this.#life.recording;
    assert.equal(state?.kind, 'recording', JSON.stringify(state));
    this.#sizes = this.#sizesNow();
    return this.#life;
  }

  async #receive(bytes: number): Promise<void> {
    const life = await this.#start();
    if (!this.#follower) {
      this.#follower = this.#server.connect();
      this.#received = 0;
      life.connect();
    }
    const follower = this.#follower;
    const chunk = follower.body.subarray(this.#received, this.#received + bytes);
    this.#received += chunk.length;
    life.receive(chunk);
    if (follower.ended && this.#received === follower.body.length) this.#cut();
  }

  #cut(): void {
    if (this.#follower) this.#life?.cut();
    this.#follower = undefined;
  }

  async #wait(): Promise<void> {
    if (!this.#life) return;
    this.#sizes = this.#sizesNow();
    await this.#clock.advance(200);
    await written(this.#life, this.#clock);
  }

  async #kill(torn: number | undefined): Promise<void> {
    if (torn !== undefined) await this.#wait();
    const image = this.#life && (await diskImage(this.#directory));
    await this.#quit();
    if (image !== undefined) {
      // What the program did since then never reached the disk.
      await rm(this.#directory, {recursive: true, force: true});
      await rename(image, this.#directory);
    }
    if (torn !== undefined) this.#tear(torn);
  }

  /** Of what was written last, first to the index and then to the log, a part is there. */
  #tear(part: number): void {
    const now = this.#sizesNow();
    const logs = [...now.keys()].filter((file) => file.endsWith('.log')).sort();
    const newest = logs.at(-1);
    const index = [...now.keys()].find((file) => file.endsWith('facts.jsonl'));
    // After a rotation the files of before tell nothing.
    if (!newest || !index || !this.#sizes.has(newest) || this.#sizes.size !== now.size) return;
    tear(newest, this.#sizes.get(newest) ?? 0, now.get(newest) ?? 0, part * 2 - 1);
    if (part < 0.5) tear(index, this.#sizes.get(index) ?? 0, now.get(index) ?? 0, part * 2);
  }

  #sizesNow(): ReadonlyMap<string, number> {
    const folder = path.join(this.#directory, 'p--id-1');
    if (!existsSync(folder)) return new Map();
    const files = readdirSync(folder).filter((file) => file.includes('.log') || file === 'facts.jsonl');
    return new Map(files.map((file) => [path.join(folder, file), statSync(path.join(folder, file)).size]));
  }

  async #quit(): Promise<void> {
    await this.#life?.close();
    this.#life = undefined;
    this.#follower = undefined;
  }

  #tellsOfLoss(note: string): boolean {
    return this.#history.limits.bytes < 1e6 && (note === '<lost>' || note === '<new-life>');
  }

  /** In the order of the truth, nothing twice, and a marker where something is missing. */
  #check(shown: readonly string[]): void {
    const truth = [...this.#lives, this.#server.epoch.wire.toString('latin1')].flatMap((wire) =>
      wire.trimEnd().split('\n'),
    );
    // One of a connector would be read as damaged.
    assert.ok(!shown.includes('<unreadable>'), 'no other marker is recorded than those of the log');
    const places = new Map(truth.map((line, place) => [line, place]));
    let last = -1;
    let notes: string[] = [];
    for (const [index, line] of shown.entries()) {
      if (line.startsWith('<')) {
        notes.push(line);
        continue;
      }
      const place = places.get(line);
      if (place === undefined) {
        assert.equal(shown[index + 1], '<line-cut>', `never written: ${line}`);
        assert.ok(
          truth.slice(last + 1).some((whole) => whole.startsWith(line)),
          `never written: ${line}`,
        );
        continue;
      }
      assert.ok(place > last, `twice, or in the wrong order: ${line}`);
      if (place > last + 1 && last >= 0) {
        assert.ok(
          // What may go on with a cut line (a byte or two in common prove nothing) has the marker behind that line.
          [...notes, shown[index + 1] ?? ''].some((note) => this.#tellsOfLoss(note)),
          `${place - last - 1} lines are missing before ${line}: ${notes.join()}`,
        );
      }
      last = place;
      notes = [];
    }
    assert.equal(last, truth.length - 1, 'the end is there');
  }
}

/** Lets the program's time pass until all is written. The disk is real: its answers take real time. */
export async function written(life: RecordedLife, clock: FakeClock): Promise<void> {
  const isWritten = () => life.recording.storedTo >= life.buffer.endId - (life.buffer.hasOpenLine ? 1 : 0);
  const deadline = performance.now() + 20_000;
  for (let tries = 0; tries < 5 || !isWritten(); tries++) {
    if (performance.now() > deadline) throw new Error(`not written: ${JSON.stringify(life.recording.state)}`);
    await (tries < 20 ? settled() : sleep(1));
    if (tries % 10 === 9) await clock.advance(200);
  }
}

/** The same, once the recording is open. */
export async function recorded(life: RecordedLife, clock: FakeClock): Promise<void> {
  await eventually(
    () => life.recording.state?.kind === 'recording',
    () => JSON.stringify(life.recording.state),
  );
  life.recording.onChange();
  await written(life, clock);
}

/**
 * Copies a directory beside itself as it is at one moment, which is what a death leaves: copied again when something has
 * changed meanwhile. Answers the copy.
 */
async function diskImage(directory: string): Promise<string> {
  const image = `${directory}.image`;
  for (;;) {
    const before = listing(directory);
    await cp(directory, image, {recursive: true, preserveTimestamps: true}).catch(() => {});
    if (isDeepStrictEqual(before, listing(directory)) && isDeepStrictEqual(before, listing(image))) return image;
    await rm(image, {recursive: true, force: true});
  }
}

/** The files in it, however deep, with their sizes. */
function listing(directory: string): ReadonlyMap<string, number> {
  const names = readdirSync(directory, {recursive: true, encoding: 'utf8'}).sort();
  const found = names.map((name) => [name, statSync(path.join(directory, name), {throwIfNoEntry: false})] as const);
  return new Map(found.flatMap(([name, stats]) => (stats?.isFile() ? [[name, stats.size]] : [])));
}

function tear(file: string, before: number, now: number, part: number): number {
  const size = before + Math.floor((now - before) * Math.max(0, part));
  if (size < now) truncateSync(file, size);
  return size;
}
