import {colourLine, type Level, plainLine} from '../../demo/log-lines.ts';
import type {DemoPipeline} from '../../demo/pipeline.ts';
import {createRandom, type Random} from '../../demo/random.ts';
import {lastWords} from './protocol.ts';

const targets = ['dbsp_adapters::controller', 'dbsp_adapters::transport::kafka::ft::input', 'pipeline::größe'] as const;
const texts = [
  'step finished, 512 records in 3 ms',
  'connection to broker-2:9092 refused, retrying',
  '日本語のログ行です: 処理が完了しました',
  'naïve café · Ωmega ≥ αlpha 🚀👩‍👩‍👧 done',
  'checkpoint written',
] as const;

/**
 * Writes one pipeline's log: numbered and dated lines in colour or plain, some of them empty or very long, with UTF-8
 * of every length, and entries of the runner of several lines. A share may be one and the same line.
 */
export class Writer {
  readonly #random: Random;
  readonly #identical: number;
  /** The last line of the process. */
  last = '';
  #number = 0;

  constructor(options: {readonly name: string; readonly seed: number; readonly identical: number}) {
    this.#random = createRandom(options.seed, `writer ${options.name}`);
    this.#identical = options.identical;
  }

  /** Writes `count` entries. */
  write(pipeline: DemoPipeline, count: number): void {
    for (let left = count; left > 0; left--) this.#writeOne(pipeline);
  }

  /** Writes at least `bytes`. */
  burst(pipeline: DemoPipeline, bytes: number): void {
    for (let written = 0; written < bytes; ) written += this.#line(pipeline, 'burst '.repeat(20));
  }

  /** Writes a line of `bytes` and a bit more. */
  long(pipeline: DemoPipeline, bytes: number): void {
    this.#line(pipeline, '≠'.repeat(Math.ceil(bytes / 3)));
  }

  end(pipeline: DemoPipeline): void {
    this.#line(pipeline, lastWords);
  }

  #writeOne(pipeline: DemoPipeline): void {
    const random = this.#random;
    if (random.chance(this.#identical)) {
      pipeline.write('waiting for input');
      return;
    }
    const kind = random.next();
    if (kind < 0.0005) this.long(pipeline, 30_000 + random.integer(70_000));
    else if (kind < 0.01) pipeline.write('');
    else if (kind < 0.02) this.#panic(pipeline);
    else this.#line(pipeline, random.pick(texts));
  }

  /** The runner's own entries are the only ones of several lines. */
  #panic(pipeline: DemoPipeline): void {
    const number = ++this.#number;
    const frames = Array.from({length: 1 + this.#random.integer(4)}, (_, index) => `  ${index}: frame ${number}`);
    pipeline.manager('ERROR', 'pipeline_automata', ['Resources error: it ended', '', ...frames].join('\n'));
  }

  #line(pipeline: DemoPipeline, text: string): number {
    const random = this.#random;
    const level: Level = random.pick(['INFO', 'INFO', 'WARN', 'ERROR', 'DEBUG']);
    const event = {level, target: random.pick(targets), message: `${text} #${++this.#number}`};
    const shape = random.chance(0.7) ? colourLine : plainLine;
    const line = shape({name: pipeline.name}, pipeline.stamp(), event);
    this.last = line;
    pipeline.write(line);
    return Buffer.byteLength(line);
  }
}
