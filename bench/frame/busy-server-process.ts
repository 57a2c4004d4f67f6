import {readFileSync} from 'node:fs';
import {setTimeout as sleep} from 'node:timers/promises';
import type {DemoPipeline} from '../../demo/pipeline.ts';
import {quiet} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {lineReader} from './log-blocks.ts';

/** What a busy server has and does. */
export type Business = {
  readonly pipelines: readonly string[];
  /**
   * Lines a second of each of the first `writers` pipelines, once it works: lines of the file `log`, over and over. From
   * the start each of them has one line more than the one before, so that logs differ in their counts.
   */
  readonly rate: number;
  readonly writers: number;
  readonly log: string;
  /** Of every six pipelines one has failed and two are stopped; else all run. */
  readonly mixed?: boolean;
};

export type BusyRequest = {readonly id: number; readonly wish: 'state' | 'work' | 'rest'};

export type BusyState = {
  readonly id: number;
  readonly url: string;
  /** Lines that the first `writers` pipelines have logged since their beginning, the runner's own included. */
  readonly lines: readonly number[];
};

/** Milliseconds between bursts: finer than a frame, and few enough to leave the other core to the program. */
const turn = 10;

/** Started by BusyServer with a `Business` as JSON: replies to each request with its state. */
if (process.argv[1] === import.meta.filename) {
  const business: Business = JSON.parse(process.argv[2] ?? '');
  const {pipelines, writers} = business;
  const server = await DemoServer.start({scenario: quiet(...pipelines)});
  if (business.mixed) server.pipelines.forEach(mixUp);
  const written = pipelines.slice(0, writers).map((name) => server.pipeline(name));
  const isWorking = work(business, written);
  process.on('message', ({id, wish}: BusyRequest) => {
    if (wish !== 'state') isWorking(wish === 'work');
    const lines = written.map(({ring}) => ring?.next ?? 0);
    process.send?.({id, url: server.url, lines} satisfies BusyState);
  });
  process.on('disconnect', () => process.exit());
}

/** Writes whenever the returned function is called. */
function work({rate, log}: Business, written: readonly DemoPipeline[]): (on: boolean) => void {
  const next = lineReader(readFileSync(log));
  for (const [index, pipeline] of written.entries()) for (let each = 0; each < index; each++) pipeline.write(next());
  let begun: number | undefined;
  let done = 0;
  const write = async (): Promise<void> => {
    for (;;) {
      await sleep(turn);
      if (begun === undefined) continue;
      const due = Math.floor(((performance.now() - begun) / 1000) * rate);
      for (; done < due; done++) for (const each of written) each.write(next());
    }
  };
  void write();
  return (on) => {
    begun = on ? performance.now() : undefined;
    done = 0;
  };
}

function mixUp(pipeline: DemoPipeline, index: number): void {
  if (index % 6 === 2) pipeline.fail('out of storage');
  else if (index % 3 === 0) pipeline.stop();
}
