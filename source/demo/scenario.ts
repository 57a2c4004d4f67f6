import type {Demo} from './demo.ts';
import {playScene} from './scene.ts';
import {billing} from './scene-billing.ts';
import {clickstream} from './scene-clickstream.ts';
import {etl} from './scene-etl.ts';
import {fraud} from './scene-fraud.ts';
import {inventory} from './scene-inventory.ts';
import {nightly} from './scene-nightly.ts';
import {orders} from './scene-orders.ts';
import {pricing} from './scene-pricing.ts';
import {sessions} from './scene-sessions.ts';
import {telemetry} from './scene-telemetry.ts';

/** Puts pipelines on a server and, if they have a life of their own, plays it until the signal. */
export type Scenario = (server: Demo, signal: AbortSignal) => void;

/** Running pipelines that log nothing but what a test writes to them. */
export function quiet(...names: string[]): Scenario {
  return (server) => {
    for (const name of names) server.addPipeline(name).start();
  };
}

const scenes = [orders, fraud, clickstream, inventory, nightly, etl, billing, pricing, sessions, telemetry];

/** What a newcomer sees: ten pipelines in varied states, with a history. */
export const installation: Scenario = (server, signal) => {
  for (const scene of scenes) playScene(server, scene, signal);
};
