import type {Follower} from '../../demo/follower.ts';
import {discardNotice, formatMicros, managerLine} from '../../demo/log-lines.ts';
import type {DemoPipeline} from '../../demo/pipeline.ts';
import type {Ring} from '../../demo/ring.ts';
import type {Fault, Truth} from './protocol.ts';

/** What a reset or a dropped socket may take along although the kernel had it: a replay that was hardly read. */
const doubtfulBytes = 2 * 1024 * 1024;

type Life = {readonly ring: Ring; readonly pipelineId: string; readonly entries: Uint8Array[]; size: number};
/** What sends the log over one connection. */
export type Sender = Pick<Follower, 'sent' | 'userAgent'>;
type Connection = {
  readonly sender: Sender;
  readonly life: Life;
  readonly from: number;
  readonly noticeBytes: number;
  doubtful: boolean;
};
type FaultNote = {readonly fault: Fault; readonly at: number; readonly from: number; to: number};

/** Writes down all that happens to the pipelines of one name, at the source: every entry and every connection. */
export class TruthLog {
  readonly name: string;
  readonly #lives: Life[] = [];
  readonly #connections: Connection[] = [];
  readonly #faults: FaultNote[] = [];
  #position = 0;
  #intactUntil = Number.POSITIVE_INFINITY;

  constructor(name: string) {
    this.name = name;
  }

  /** Begins with what the ring of a new pipeline holds, its `Fresh start` entry. */
  watch(pipeline: DemoPipeline): void {
    for (const entry of pipeline.ring?.entries() ?? []) this.#add(pipeline, entry);
    const write = pipeline.write.bind(pipeline);
    pipeline.write = (entry) => {
      const bytes = Buffer.concat([typeof entry === 'string' ? Buffer.from(entry) : entry, Buffer.from('\n')]);
      const written = write(entry);
      if (written) this.#add(pipeline, bytes);
      return written;
    };
    const follow = pipeline.follow.bind(pipeline);
    pipeline.follow = (follower) => {
      this.connect(pipeline, follower);
      follow(follower);
    };
  }

  /** Records a fault; the returned function is called when it is over. */
  begin(fault: Fault, at: number): () => void {
    const note = {fault, at, from: this.#position, to: Number.POSITIVE_INFINITY};
    this.#faults.push(note);
    return () => {
      note.to = this.#position;
    };
  }

  /** What was last sent on the open connections may not arrive. */
  doubt(senders: Iterable<Sender>): void {
    for (const sender of senders) {
      for (const connection of this.#connections) if (connection.sender === sender) connection.doubtful = true;
    }
  }

  /** How many bytes the newest life has written. */
  get bytes(): number {
    return this.#lives.at(-1)?.size ?? 0;
  }

  endIntact(): void {
    this.#intactUntil = this.#position;
  }

  truth(): Truth {
    return {
      name: this.name,
      lives: this.#lives.map(({pipelineId, entries}) => {
        let end = 0;
        const ends = entries.map((entry) => {
          end += entry.length;
          return end;
        });
        return {pipelineId, wire: Buffer.concat(entries), ends};
      }),
      connections: this.#connections.map(({sender, life, from, noticeBytes, doubtful}) => {
        // The end marker counts as sent, and is no part of the log.
        const sent = Math.min(life.size, from + Math.max(0, sender.sent - noticeBytes));
        const sure = doubtful ? Math.max(from, sent - doubtfulBytes) : sent;
        return {reader: sender.userAgent, life: this.#lives.indexOf(life), from, sent, sure};
      }),
      faults: this.#faults,
      intactUntil: this.#intactUntil,
    };
  }

  #add(pipeline: DemoPipeline, entry: Uint8Array): void {
    const life = this.#lifeOf(pipeline);
    if (!life) return;
    life.entries.push(entry);
    life.size += entry.length;
    this.#position += 1;
  }

  /** A replay of the ring begins. */
  connect(pipeline: DemoPipeline, sender: Sender): void {
    const life = this.#lifeOf(pipeline);
    if (!life) return;
    const {discarded} = life.ring;
    let from = 0;
    for (const entry of life.entries.slice(0, discarded)) from += entry.length;
    const noticeBytes = discarded === 0 ? 0 : noticeLength(discarded, pipeline.id);
    this.#connections.push({sender, life, from, noticeBytes, doubtful: false});
  }

  /** The runner's restart gives the pipeline another ring. */
  #lifeOf(pipeline: DemoPipeline): Life | undefined {
    const {ring} = pipeline;
    const newest = this.#lives.at(-1);
    if (!ring || newest?.ring === ring) return ring && newest;
    const life = {ring, pipelineId: pipeline.id, entries: [], size: 0};
    this.#lives.push(life);
    return life;
  }
}

/** The notice's length; its time stamp is always as long. */
function noticeLength(discarded: number, pipelineId: string): number {
  const event = {
    level: 'WARN',
    module: 'pipeline_logs',
    message: discardNotice(discarded),
    pipelineId,
    pipelineName: 'N/A',
  } as const;
  return Buffer.byteLength(`${managerLine('text', formatMicros(0), event)}\n`);
}
