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
  const names = ['billing', 'clickstream', 'etl', 'fraud', 'inventory', 'nightly', 'orders', 'pricing', 'telemetry'];

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
    expect((await run(8, 60_000))[6]).not.toBe(first[6]);
  });

  it('shows pipelines in varied states, with a history', async () => {
    const server = await start(installation, new FakeClock());
    const states = new Set(server.pipelines.map(({state}) => `${state.deploymentStatus} ${state.programStatus}`));
    expect(server.pipelines.length).toBeGreaterThanOrEqual(8);
    expect([...states].some((state) => state.startsWith('Running'))).toBe(true);
    expect(states.has('Stopped SqlError')).toBe(true);
    expect(states.has('Stopped CompilingRust')).toBe(true);
    expect(server.pipeline('etl').state.deploymentError?.message).toContain('panic message: called `Result::unwrap()`');
    expect(server.pipeline('fraud').state.connectorErrors).toBeGreaterThan(0);
    expect(server.pipeline('telemetry').ring?.discarded).toBeGreaterThan(0);
    expect(logOf(server, 'etl')).toContain('stack backtrace:');
    expect(logOf(server, 'clickstream').split('\n')[0]).toMatch(/^\{"timestamp"/);
    expect(logOf(server, 'orders').split('\n').length).toBeGreaterThan(500);
  });

  it('has a run that differs from the one before, and whose stdout is lost', async () => {
    const clock = new FakeClock();
    const server = await start(installation, clock);
    const [, first = '', second = '', ...more] = logOf(server, 'pricing').split('stopped -> provisioning');
    expect(more).toEqual([]);
    const times = (text: string, words: string) => text.split(words).length - 1;
    for (const words of ['no exchange rate', 'missing field `currency`']) {
      expect([times(first, words) > 0, times(second, words) > 0]).toEqual([false, true]);
    }
    expect([times(first, 'rounded'), times(second, 'rounded')]).toEqual([10, 0]);
    expect(times(second, 'Buffers grew')).toBeGreaterThanOrEqual(3 * times(first, 'Buffers grew'));
    const [before = '', after = ''] = second.split('stdout encountered I/O error');
    expect([times(before, 'price list'), times(after, 'price list')]).toEqual([25, 0]);
    expect(times(after, 'repriced')).toBe(15);
    expect(server.pipeline('pricing').linesLost).toBe(15);
    const stops = server
      .pipeline('pricing')
      .events.list('status')
      .filter((event) => event.deployment_resources_status === 'Stopping');
    expect(stops).toHaveLength(2);
  });

  it('has errors that were held back, and a connector that stopped with a fatal error', async () => {
    const server = await start(installation, new FakeClock());
    const {run, state} = server.pipeline('inventory');
    const log = logOf(server, 'inventory');
    const rows = run.errorCounts.find(({endpoint}) => endpoint === 'stock.file');
    const [total = 0, logged = 0, told = 0] = [rows?.total, rows?.logged, rows?.told];
    expect(total).toBe(state.connectorErrors);
    expect(logged).toBe(log.split("parse error on input endpoint 'stock.file'").length - 1);
    const lines = [...log.matchAll(/Suppressed (\d+) 'stock\.file-text_event_err'/g)].map(([, count]) => Number(count));
    expect(lines.length).toBeGreaterThan(0);
    expect(told).toBe(lines.reduce((sum, count) => sum + count, 0));
    expect(total - logged - told).toBeGreaterThanOrEqual(0);
    expect(log).toContain("FATAL error on input endpoint 'prices.web'");
    expect(JSON.stringify(run.statsJson({withErrors: true, isPaused: false}))).not.toContain('prices.web');
  });

  it('deletes sessions and creates it again with another id', async () => {
    const clock = new FakeClock();
    const server = await start(installation, clock);
    const ids = new Set<string>();
    let absent = 0;
    for (let second = 0; second < 240; second++) {
      await clock.advance(1000);
      const found = server.pipelines.find(({name}) => name === 'sessions');
      if (found) ids.add(found.id);
      else absent += 1;
    }
    expect(ids.size).toBeGreaterThanOrEqual(3);
    expect(absent).toBeGreaterThan(5);
  });
});
