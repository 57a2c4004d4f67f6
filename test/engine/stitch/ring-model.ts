/**
 * A model of the server's log of one pipeline, written from what Feldera 0.337 does, for tests.
 * It shares nothing with `source/stitch/`, and it remembers everything that was ever written.
 */

export type Limits = {readonly bytes: number; readonly entries: number};

/** The shape of the runner's own lines: text, or JSON. */
export type Shape = 'manager' | 'json';

/** How a stopped follower's body ends. */
export type Farewell = 'end-marker' | 'silent';

/** One epoch of the ring: everything written to it, and the part that it still holds. */
export class Epoch {
  /** All entries in wire form, newlines included. */
  wire = Buffer.alloc(0);
  /** Offset of each entry in `wire`, and the end. */
  readonly starts: number[] = [0];
  /** Index of the first entry that the ring still holds. */
  first = 0;
  readonly number: number;
  readonly pipelineId: string;

  constructor(number: number, pipelineId: string) {
    this.number = number;
    this.pipelineId = pipelineId;
  }

  get entries(): number {
    return this.starts.length - 1;
  }

  /** How many entries lie wholly before an offset of `wire`. */
  entriesBefore(offset: number): number {
    let count = 0;
    while (count < this.entries && (this.starts[count + 1] ?? 0) <= offset) count++;
    return count;
  }

  start(index: number): number {
    return this.starts[index] ?? this.wire.length;
  }

  append(entry: string, limits: Limits): void {
    this.wire = Buffer.concat([this.wire, Buffer.from(entry), Buffer.from('\n')]);
    this.starts.push(this.wire.length);
    const size = Buffer.byteLength(entry);
    if (size > limits.bytes) {
      this.first = this.entries;
      return;
    }
    while (this.#heldBytes() > limits.bytes || this.entries - this.first > limits.entries) this.first++;
  }

  /** Without the newline that ends each entry. */
  #heldBytes(): number {
    return this.wire.length - this.start(this.first) - (this.entries - this.first);
  }
}

/** One connection: its body as sent so far. */
export class Follower {
  readonly epoch: Epoch;
  /** Index of the first replayed entry. */
  readonly index: number;
  /** Bytes of the notice, 0 without one. */
  readonly noticeBytes: number;
  body: Buffer;
  ended = false;

  constructor(epoch: Epoch, notice: string) {
    this.epoch = epoch;
    this.index = epoch.first;
    this.noticeBytes = Buffer.byteLength(notice);
    this.body = Buffer.concat([Buffer.from(notice), epoch.wire.subarray(epoch.start(epoch.first))]);
  }

  send(bytes: string): void {
    if (!this.ended) this.body = Buffer.concat([this.body, Buffer.from(bytes)]);
  }

  end(farewell: Farewell): void {
    if (farewell === 'end-marker') this.send('Logs have ended\n');
    this.ended = true;
  }
}

export class ServerModel {
  epoch: Epoch;
  readonly #limits: Limits;
  readonly #shape: Shape;
  #followers: Follower[] = [];
  #epochs = 0;
  #pipelines = 1;
  #microseconds = 0;
  #hour = 9;

  constructor(limits: Limits, shape: Shape = 'manager') {
    this.#limits = limits;
    this.#shape = shape;
    this.epoch = this.#startLife();
  }

  /** A timestamp that is never given twice, whatever the clock does. */
  now(): string {
    this.#microseconds++;
    return `2026-11-25T${String(this.#hour).padStart(2, '0')}:00:00.${String(this.#microseconds).padStart(6, '0')}Z`;
  }

  jumpClock(): void {
    this.#hour = (this.#hour + 17) % 24;
  }

  write(entry: string): void {
    this.epoch.append(entry, this.#limits);
    for (const follower of this.#followers) follower.send(`${entry}\n`);
  }

  /** An entry of the runner; it may hold newlines. */
  managerEntry(level: string, target: string, message: string): string {
    const timestamp = this.now();
    const name = target.endsWith('pipeline_logs') ? 'N/A' : 'p';
    const id = this.pipelineId;
    switch (this.#shape) {
      case 'json': {
        const names = {'feldera-service': 'runner', 'pipeline-name': name, 'pipeline-id': id};
        return JSON.stringify({timestamp, level, target, ...names, fields: {line: message}});
      }
      case 'manager': {
        const head = `[manager] ${timestamp} ${level.padStart(5)} ${target}: ${message}`;
        return `${head} pipeline-id="${id}" pipeline-name="${name}"`;
      }
    }
  }

  connect(): Follower {
    const notice = this.epoch.first > 0 ? `${this.#notice(this.epoch.first)}\n` : '';
    const follower = new Follower(this.epoch, notice);
    this.#followers.push(follower);
    return follower;
  }

  /** The runner restarts: same pipeline, an empty ring. */
  restart(farewell: Farewell): void {
    this.#endAll(farewell);
    this.epoch = this.#startLife();
  }

  /** The pipeline is deleted, and another of the same name is created. */
  recreate(): void {
    this.#endAll('end-marker');
    this.#pipelines++;
    this.epoch = this.#startLife();
  }

  /** As in the list. */
  get pipelineId(): string {
    return `id-${this.#pipelines}`;
  }

  #notice(discarded: number): string {
    const text = `... ${discarded} prior log lines were discarded due to buffer constraints and are thus not shown.`;
    return this.managerEntry('WARN', logsTarget, text);
  }

  #endAll(farewell: Farewell): void {
    for (const follower of this.#followers) follower.end(farewell);
    this.#followers = [];
  }

  #startLife(): Epoch {
    this.#epochs++;
    const epoch = new Epoch(this.#epochs, this.pipelineId);
    epoch.append(this.managerEntry('INFO', logsTarget, 'Fresh start of pipeline logs'), this.#limits);
    return epoch;
  }
}

const logsTarget = 'pipeline_manager::runner::pipeline_logs';
