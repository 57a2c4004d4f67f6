import type {Demo} from './demo.ts';
import type {DemoPipeline, PipelineOptions} from './pipeline.ts';
import {createRandom, type Random} from './random.ts';

/** The life of one pipeline, told as a script that acts on it and yields the milliseconds to wait before going on. */
export type Scene = {
  readonly name: string;
  /** How long ago the script begins: what it does up to now is the history that a first connection catches up on. */
  readonly historyMs: number;
  readonly script: (stage: Stage) => Generator<number, void, void>;
};

/** What a script may use: nothing else changes, so the same seed and clock give the same bytes. */
export type Stage = {
  readonly random: Random;
  /** Milliseconds since the epoch, as the scene believes it to be. */
  readonly now: () => number;
  /** Creates the scene's pipeline, again after `remove`. */
  readonly create: (options?: Omit<PipelineOptions, 'now'>) => DemoPipeline;
  readonly remove: () => void;
};

/** A process that stood still plays at most this much of what it missed. */
const catchUpMs = 600_000;

/**
 * Plays the history at once and the rest as time passes, with one timer at a time, until the script or `signal` ends it.
 */
export function playScene(server: Demo, scene: Scene, signal: AbortSignal): void {
  const {clock} = server;
  let time = clock.monotonic() - scene.historyMs;
  const now = () => clock.wall() - (clock.monotonic() - time);
  const script = scene.script({
    random: createRandom(server.seed, `scene ${scene.name}`),
    now,
    create: (options) => server.addPipeline(scene.name, {...options, now}),
    remove: () => server.deletePipeline(scene.name),
  });
  const goOn = () => {
    const due = clock.monotonic();
    while (time <= due) {
      const step = script.next();
      if (step.done) return;
      time += step.value;
    }
    const cancel = clock.after(time - due, () => {
      signal.removeEventListener('abort', cancel);
      time = Math.max(time, clock.monotonic() - catchUpMs);
      goOn();
    });
    signal.addEventListener('abort', cancel, {once: true});
  };
  goOn();
}
