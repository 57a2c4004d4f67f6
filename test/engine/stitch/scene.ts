import {expect} from 'vitest';
import type {MarkerKind} from '../../../source/engine/buffer/markers.ts';
import {Stitch} from '../../../source/engine/stitch/stitch.ts';
import {BufferSink} from './buffer-sink.ts';
import {type Follower, type Limits, ServerModel, type Shape} from './ring-model.ts';

export const real: Limits = {bytes: 1_000_000, entries: 50_000};
export const suffix = 'pipeline-id="id-1" pipeline-name="p"';
export const nothingLost = ['reconnected'];
/** The marker where nothing proves the epoch: none lost, if the log was not cleared. */
export const likelyNothingLost = ['lost 0..0'];

/** A server with one pipeline, a client that follows it, and what the client has to show. */
export class Scene {
  readonly server: ServerModel;
  readonly stitch: Stitch;
  readonly #sink = new BufferSink();
  #follower: Follower | undefined;
  #received = 0;
  #now = 0;

  constructor(options: {ring?: Limits; shape?: Shape} = {}) {
    this.server = new ServerModel(options.ring ?? real, options.shape);
    this.stitch = new Stitch({
      sink: this.#sink,
      clock: {wall: () => this.#now++},
      ring: options.ring ?? real,
    });
  }

  write(...entries: string[]): void {
    for (const entry of entries) this.server.write(entry);
  }

  /** Lines that no other epoch and no other place has. */
  writeDated(...texts: string[]): void {
    for (const text of texts) this.write(`[p] ${this.server.now()}  INFO t: ${text}`);
  }

  /** Receives up to `bytes` more, on a new connection if there is none. */
  receive(bytes = Number.POSITIVE_INFINITY, pipelineId?: string): void {
    if (!this.#follower) {
      this.#follower = this.server.connect();
      this.#received = 0;
      this.stitch.start({cause: 'server-lost', downMs: 4000, ...(pipelineId !== undefined && {pipelineId})});
    }
    const chunk = this.#follower.body.subarray(this.#received, this.#received + bytes);
    this.#received += chunk.length;
    this.stitch.append(chunk);
  }

  /** Receives until so many bytes are left to come. */
  receiveAllBut(left: number): void {
    this.receive(0);
    this.receive((this.#follower?.body.length ?? 0) - this.#received - left);
  }

  cut(): boolean {
    this.#follower = undefined;
    return this.stitch.end().hasEndMarker;
  }

  receiveAndCut(): void {
    this.receive();
    this.cut();
  }

  /** `pipelineId`: as the caller has it. */
  reconnect(pipelineId?: string): void {
    this.cut();
    this.receive(Number.POSITIVE_INFINITY, pipelineId);
  }

  /** The log, a cut line ended with `¶`. */
  get log(): string {
    return this.#sink.text('¶');
  }

  /** All of the log is there, once, after one reconnect that lost nothing. */
  expectWhole(): void {
    expect(this.log).toBe(this.written);
    expect(this.markers()).toEqual(nothingLost);
  }

  /** The markers since the last call. */
  markers(): string[] {
    return this.#sink.drainMarkers().map(inWords);
  }

  /** All that the server ever wrote in this epoch. */
  get written(): string {
    return this.server.epoch.wire.toString('latin1');
  }
}

export function times(count: number, line: string): string[] {
  return Array.from({length: count}, () => line);
}

/** The line of a server that has discarded so many entries. */
export function discarded(entries: number): string {
  return `... ${entries} prior log lines were discarded due to buffer constraints and are thus not shown.`;
}

function inWords(marker: MarkerKind): string {
  switch (marker.kind) {
    case 'discarded':
      return `discarded ${marker.entries}`;
    case 'lost':
      return `lost ${marker.atLeast}..${marker.atMost}`;
    case 'possible-repeat':
      return `possible repeat of ${marker.lines}`;
    case 'new-life':
      return `new epoch: ${marker.because}`;
    default:
      return marker.kind;
  }
}
