import assert from 'node:assert/strict';
import {Stitch} from '../../../source/engine/stitch/stitch.ts';
import {zstdPacker} from '../../../source/kit/system/zstd-packer.ts';
import {BufferSink} from './buffer-sink.ts';
import {checkClaims, type Truth} from './claims.ts';
import {type Epoch, type Farewell, type Follower, type Limits, ServerModel, type Shape} from './ring-model.ts';

/** A line, or several, that the server writes. The dated ones are unlike any other line ever written. */
export type Written =
  | {readonly kind: 'dated'; readonly padding: number}
  | {readonly kind: 'manager'; readonly lines: number; readonly text?: string}
  | {readonly kind: 'transition'}
  | {readonly kind: 'plain'; readonly text: string};

export type Step =
  | {readonly do: 'write'; readonly entries: readonly Written[]}
  /** Connects if there is no connection, and receives up to so many bytes in each of the chunks. */
  | {readonly do: 'receive'; readonly chunks: readonly number[]}
  | {readonly do: 'cut'}
  | {readonly do: 'settle'}
  /** The tab is not on the screen: what the next replay is compared with is compressed. */
  | {readonly do: 'pack'}
  | {readonly do: 'restart'; readonly farewell: Farewell}
  | {readonly do: 'recreate'}
  | {readonly do: 'jump-clock'};

export type History = {
  readonly limits: Limits;
  readonly shape: Shape;
  /** When the caller has the pipeline's id: always; one connection after it changed; never. */
  readonly idComes: 'at-once' | 'late' | 'never';
  readonly steps: readonly Step[];
};

/** A history as a script, one step a line. */
export function script({limits, shape, idComes, steps}: History): string {
  const head = `ring of ${limits.bytes} bytes, ${limits.entries} entries, ${shape}, the id comes ${idComes}`;
  return [head, ...steps.map((step) => JSON.stringify(step))].join('\n');
}

/** One connection, and what the stitch made of it. */
type Body = {
  readonly follower: Follower;
  /** The last line was unfinished when it began. */
  readonly open: boolean;
  received: number;
  appended: Buffer;
  closed: boolean;
  /** A quiet moment decided it. */
  hurried: boolean;
};

/**
 * Plays a history against the model and a stitch, and checks every claim against what the model remembers.
 * `dated`: the history holds only lines unlike any other, so nothing may be uncertain that the wire shows.
 */
export class Player {
  readonly #sink: BufferSink;
  readonly #history: History;
  readonly #dated: boolean;
  readonly #server: ServerModel;
  readonly #stitch: Stitch;
  readonly #truths: Truth[] = [];
  #body: Body | undefined;
  /** Up to where the epoch was received and decided. */
  #had: {readonly epoch: Epoch; readonly offset: number} | undefined;
  #listedId: string | undefined;
  #serial = 0;

  constructor(history: History, dated: boolean) {
    this.#history = history;
    this.#dated = dated;
    this.#server = new ServerModel(history.limits, history.shape);
    let now = 0;
    this.#sink = new PlayerSink(() => this.#body);
    this.#stitch = new Stitch({
      sink: this.#sink,
      clock: {wall: () => now++},
      ring: history.limits,
      packer: zstdPacker,
    });
  }

  play(): void {
    for (const step of this.#history.steps) this.#step(step);
    this.#playToTheEnd();
    checkClaims(this.#sink.drainMarkers(), this.#truths);
  }

  /** A last connection that is not cut must bring everything that the ring holds, and what is written then. */
  #playToTheEnd(): void {
    this.#cut();
    this.#receive([Number.POSITIVE_INFINITY]);
    this.#settle();
    this.#write({kind: 'dated', padding: 0});
    this.#receive([Number.POSITIVE_INFINITY]);
    this.#cut();
    this.#stitch.finish();
    const last = this.#truths.at(-1);
    assert.equal(last?.epoch, this.#server.epoch, 'the last connection was decided');
    assert.equal(this.#had?.offset, this.#server.epoch.wire.length, 'and everything that it brought was taken');
  }

  #step(step: Step): void {
    switch (step.do) {
      case 'write':
        for (const entry of step.entries) this.#write(entry);
        return;
      case 'receive':
        this.#receive(step.chunks);
        return;
      case 'cut':
        this.#cut();
        return;
      case 'settle':
        this.#settle();
        return;
      case 'pack':
        this.#stitch.pack();
        return;
      case 'restart':
        this.#server.restart(step.farewell);
        return;
      case 'recreate':
        this.#server.recreate();
        return;
      case 'jump-clock':
        this.#server.jumpClock();
        return;
    }
  }

  #settle(): void {
    const {version} = this.#sink.buffer;
    this.#stitch.settle();
    if (this.#body && this.#sink.buffer.version > version) this.#body.hurried = true;
  }

  #write(entry: Written): void {
    this.#serial++;
    const server = this.#server;
    switch (entry.kind) {
      case 'dated':
        server.write(`[p] ${server.now()} INFO t: step ${this.#serial}${'é'.repeat(entry.padding)}`);
        return;
      case 'manager': {
        const lines = Array.from({length: entry.lines}, (_, line) => entry.text ?? `line ${line} of ${this.#serial}`);
        server.write(server.managerEntry('ERROR', 'pipeline_manager::runner::pipeline_automata', lines.join('\n')));
        return;
      }
      case 'transition':
        server.write(
          server.managerEntry(
            'INFO',
            'pipeline_manager::runner::pipeline_automata',
            'Runtime transition: paused -> running (desired: running)',
          ),
        );
        return;
      case 'plain':
        server.write(entry.text);
        return;
    }
  }

  #receive(chunks: readonly number[]): void {
    for (const size of chunks) {
      const body = this.#body ?? this.#connect();
      const chunk = body.follower.body.subarray(body.received, body.received + size);
      body.received += chunk.length;
      // The stitch must not keep what it is given.
      const lent = Buffer.from(chunk);
      this.#stitch.append(lent);
      lent.fill('~');
      if (body.follower.ended && body.received === body.follower.body.length) this.#cut();
    }
  }

  #connect(): Body {
    const pipelineId = this.#callersId();
    this.#stitch.start({cause: 'unknown', downMs: 0, ...(pipelineId !== undefined && {pipelineId})});
    const open = this.#sink.buffer.hasOpenLine;
    const follower = this.#server.connect();
    this.#body = {follower, open, received: 0, appended: Buffer.alloc(0), closed: false, hurried: false};
    return this.#body;
  }

  /** The id in the list when it connects. */
  #callersId(): string | undefined {
    const {pipelineId} = this.#server;
    const {idComes} = this.#history;
    const before = this.#listedId ?? pipelineId;
    this.#listedId = pipelineId;
    if (idComes === 'never') return undefined;
    return idComes === 'at-once' ? pipelineId : before;
  }

  #cut(): void {
    const body = this.#body;
    if (!body) return;
    const {decided, hasEndMarker} = this.#stitch.end();
    this.#body = undefined;
    const {follower} = body;
    const bytes = follower.body.subarray(0, body.received);
    const held = heldBack(bytes);
    assert.equal(hasEndMarker, held === 'Logs have ended\n'.length);
    const content = bytes.subarray(follower.noticeBytes, Math.max(follower.noticeBytes, bytes.length - held));
    if (decided) this.#learn(body, content);
    else this.#checkUndecided(follower, content, body.appended);
  }

  #learn({follower: {epoch, index}, appended, open, closed, hurried}: Body, content: Buffer): void {
    const skippedBytes = content.length - appended.length;
    assert.ok(skippedBytes >= 0, 'appended no more than what came');
    assert.deepEqual(String(appended), String(content.subarray(skippedBytes)), 'appended the end of what came');
    assert.equal(closed, open && skippedBytes === 0, 'the open line continues, or it is closed');
    const start = epoch.start(index);
    const before = this.#had;
    const same = before?.epoch === epoch;
    const oldBytes = same ? Math.max(0, before.offset - start) : 0;
    const old = content.subarray(0, oldBytes);
    this.#truths.push({
      first: before === undefined,
      epoch,
      before: before?.epoch,
      index,
      lost: same ? Math.max(0, index - epoch.entriesBefore(before.offset)) : 0,
      oldBytes,
      skippedBytes,
      repeated: countLines(content.subarray(skippedBytes, oldBytes)),
      datedLines: this.#dated && !hurried ? (old.toString().match(/T\d\d:00:00\..*\n/g)?.length ?? 0) : 0,
      singleLines: this.#dated && this.#history.shape === 'json',
    });
    this.#had = {epoch, offset: start + content.length};
  }

  /** Nothing of it was appended; if every line is dated, everything whole in it was old, or its first line is cut. */
  #checkUndecided({epoch, index}: Follower, content: Buffer, appended: Buffer): void {
    assert.equal(appended.length, 0);
    if (!this.#dated || !content.includes('\n')) return;
    assert.equal(epoch, this.#had?.epoch);
    assert.ok(epoch.start(index) + content.lastIndexOf('\n') < (this.#had?.offset ?? 0), 'held back a new line');
  }
}

/** Remembers, too, what came of the body that is read. */
class PlayerSink extends BufferSink {
  readonly #body: () => Body | undefined;

  constructor(body: () => Body | undefined) {
    super();
    this.#body = body;
  }

  override append(bytes: Uint8Array, newlines: Uint32Array): void {
    super.append(bytes, newlines);
    const body = this.#body();
    if (body) body.appended = Buffer.concat([body.appended, bytes]);
  }

  override cutLine(): void {
    const body = this.#body();
    if (body && this.buffer.hasOpenLine) body.closed = true;
    super.cutLine();
  }
}

/** How many bytes at the end of a body may be the end marker, or its beginning. */
function heldBack(body: Buffer): number {
  const endMarker = 'Logs have ended\n';
  const lastLine = /[^\n]*\n?$/.exec(body.toString('latin1'))?.[0] ?? '';
  return endMarker.startsWith(lastLine) ? lastLine.length : 0;
}

function countLines(bytes: Buffer): number {
  const lines = bytes.toString('latin1').split('\n');
  return lines.at(-1) === '' ? lines.length - 1 : lines.length;
}
