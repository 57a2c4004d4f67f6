import {DemoPipeline} from '../../demo/pipeline.ts';
import {createRandom, type Random} from '../../demo/random.ts';
import {feldera} from '../../demo/ring.ts';

/** What became of a pipeline that was told to live as a script says. */
export type Lived = {
  readonly pipeline: DemoPipeline;
  readonly text: string;
  /** The milliseconds that the script waited in each place. */
  readonly waits: readonly number[];
};

/** Tells a pipeline of the demo to live as a script says, in no time; `now` of the script is milliseconds. */
export function lived(
  name: string,
  script: (pipeline: DemoPipeline, random: Random, now: () => number) => Iterable<number>,
  {seed = 1, managerFormat = 'text'}: {readonly seed?: number; readonly managerFormat?: 'text' | 'json'} = {},
): Lived {
  let time = Date.UTC(2026, 0, 1);
  const now = () => time;
  const random = createRandom(seed, name);
  const pipeline = new DemoPipeline(name, {now, idTime: time, random, limits: feldera, managerFormat});
  const waits: number[] = [];
  for (const wait of script(pipeline, random, now)) {
    waits.push(wait);
    time += wait;
  }
  return {pipeline, text: Buffer.concat([...(pipeline.ring?.entries() ?? [])]).toString(), waits};
}
