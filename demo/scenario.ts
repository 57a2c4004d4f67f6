import type {Demo, Scenario, Scene} from './demo.ts';
import {createRandom} from './random.ts';
import {billing, clickstream, etl, fraud, nightly, orders, telemetry} from './scenes.ts';

/** Running pipelines whose logs only a test writes. */
export function quiet(...names: string[]): Scenario {
  return (server) => {
    for (const name of names) server.addPipeline(name).start();
  };
}

const scenes = [orders, fraud, clickstream, nightly, etl, billing, telemetry];

/** Seven pipelines in varied states, with a history. */
export const installation: Scenario = (server, signal) => {
  for (const scene of scenes) playScene(server, scene, signal);
};

/** Milliseconds: the most of the missed time that is played after a suspend. */
const catchUpMs = 600_000;

/** Plays the history at once and the rest as time passes, until the end of the script or of `signal`. */
export function playScene(server: Demo, scene: Scene, signal: AbortSignal): void {
  const {clock} = server;
  let time = clock.monotonic() - scene.historyMs;
  const now = () => clock.wall() - (clock.monotonic() - time);
  const script = scene.script({
    random: createRandom(server.seed, `scene ${scene.name}`),
    now,
    create: (options) => server.addPipeline(scene.name, {...options, now}),
  });
  const playDue = () => {
    const due = clock.monotonic();
    while (time <= due) {
      const step = script.next();
      if (step.done) return;
      time += step.value;
    }
    const cancel = clock.after(time - due, () => {
      signal.removeEventListener('abort', cancel);
      time = Math.max(time, clock.monotonic() - catchUpMs);
      playDue();
    });
    signal.addEventListener('abort', cancel, {once: true});
  };
  playDue();
}
