import {afterEach, describe, expect, it} from 'vitest';
import type {Scenario} from '../../demo/demo.ts';
import {installation, playScene} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {FakeClock} from '../harness/fake-clock.ts';

const servers: DemoServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

async function start(scenario: Scenario, clock: FakeClock, seed = 1): Promise<DemoServer> {
  const server = await DemoServer.start({scenario, clock, seed});
  servers.push(server);
  return server;
}

const logOf = (server: DemoServer, name: string) =>
  Buffer.concat([...(server.pipeline(name).ring?.entries() ?? [])]).toString();

const ticks: Scenario = (server, signal) =>
  playScene(
    server,
    {
      name: 'ticks',
      historyMs: 2500,
      *script({create}) {
        const pipeline = create();
        for (let tick = 0; ; tick++) {
          pipeline.write(`${pipeline.stamp().slice(17, 20)} tick ${tick}`);
          yield 1000;
        }
      },
    },
    signal,
  );

describe('playScene', () => {
  it('plays the history at once, with the times of the past, and the rest when it is due', async () => {
    const clock = new FakeClock(Date.UTC(2026, 0, 1, 0, 0, 10));
    const server = await start(ticks, clock);
    const seen = () => logOf(server, 'ticks').split('\n').slice(1, -1);
    expect(seen()).toEqual(['07. tick 0', '08. tick 1', '09. tick 2']);
    await clock.advance(499);
    expect(seen()).toHaveLength(3);
    await clock.advance(1001);
    expect(seen().slice(3)).toEqual(['10. tick 3', '11. tick 4']);
  });

  it('has one timer at a time and none after the end', async () => {
    const clock = new FakeClock();
    const server = await start(ticks, clock);
    expect(clock.pending).toBe(1);
    await clock.advance(10_000);
    expect(clock.pending).toBe(1);
    await server.close();
    expect(clock.pending).toBe(0);
  });
});

describe('the installation', () => {
  const names = ['billing', 'clickstream', 'etl', 'fraud', 'nightly', 'orders', 'telemetry'];

  it('is the same, byte for byte, for the same seed and clock', async () => {
    const wall = Date.UTC(2026, 5, 1, 12);
    const run = async (seed: number, step: number) => {
      const clock = new FakeClock(wall);
      const server = await start(installation, clock, seed);
      for (let time = 0; time < 60_000; time += step) await clock.advance(step);
      return [...names.map((name) => logOf(server, name)), JSON.stringify(server.pipelines.map(({state}) => state))];
    };
    const first = await run(7, 60_000);
    expect(await run(7, 1000)).toEqual(first);
    expect((await run(8, 60_000))[5]).not.toBe(first[5]);
  });

  it('shows pipelines in varied states, with a history', async () => {
    const server = await start(installation, new FakeClock());
    const states = new Set(server.pipelines.map(({state}) => `${state.deploymentStatus} ${state.programStatus}`));
    expect(server.pipelines.length).toBe(7);
    expect([...states].some((state) => state.startsWith('Running'))).toBe(true);
    expect(states.has('Stopped SqlError')).toBe(true);
    expect(server.pipeline('etl').state.deploymentError?.message).toContain('panic message: called `Result::unwrap()`');
    expect(server.pipeline('fraud').state.connectorErrors).toBeGreaterThan(0);
    expect(server.pipeline('telemetry').ring?.discarded).toBeGreaterThan(0);
    expect(logOf(server, 'etl')).toContain('stack backtrace:');
    expect(logOf(server, 'clickstream').split('\n')[0]).toMatch(/^\{"timestamp"/);
    expect(logOf(server, 'orders').split('\n').length).toBeGreaterThan(500);
  });

  it('has errors that were held back', async () => {
    const server = await start(installation, new FakeClock());
    const {run, state} = server.pipeline('clickstream');
    const log = logOf(server, 'clickstream');
    const [total = 0, logged = 0, told = 0] = run.errorCounts.flatMap((each) => [each.total, each.logged, each.told]);
    expect(total).toBe(state.connectorErrors);
    expect(logged).toBe(log.split("parse error on input endpoint 'clicks.kafka'").length - 1);
    const lines = [...log.matchAll(/Suppressed (\d+) 'clicks\.kafka-text_event_err'/g)];
    expect(lines.length).toBeGreaterThan(0);
    expect(told).toBe(lines.reduce((sum, [, count]) => sum + Number(count), 0));
    expect(total - logged - told).toBeGreaterThanOrEqual(0);
  });
});
