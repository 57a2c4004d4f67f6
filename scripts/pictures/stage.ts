import {writeFile} from 'node:fs/promises';
import path from 'node:path';
import {installation} from '../../demo/scenario.ts';
import {DemoServer} from '../../demo/server.ts';
import {eventually} from '../../test/harness/eventually.ts';
import {FakeClock} from '../../test/harness/fake-clock.ts';
import {openProgram} from '../../test/harness/program.ts';
import {temporaryDirectory} from '../../test/harness/temporary-directory.ts';
import type {Terminal} from '../../test/harness/terminal.ts';

/** The built program in a terminal, on a demo server. Neither's wall clock runs, so that both show the same each time. */
export type Stage = AsyncDisposable & {
  readonly terminal: Terminal;
  readonly server: DemoServer;
  /** Moves the server's clock, and no other. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** Moves the clocks of both. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Moves the server's clock, and waits until the list shows the new errors. */
  readonly advance: (milliseconds: number) => Promise<void>;
};

const startedAt = Date.UTC(2026, 2, 14, 12, 43, 20);

/** Opens the pipelines as tabs. Resolves when the first one is live. */
export async function openStage(pipelines: readonly string[], size: {cols: number; rows: number}): Promise<Stage> {
  const clock = new FakeClock(startedAt);
  const files = await temporaryDirectory();
  const wallFile = path.join(files.path, 'wall');
  await writeFile(wallFile, String(startedAt));
  const preload = `import {readFileSync} from 'node:fs'; Date.now = () => Number(readFileSync('${wallFile}', 'utf8'))`;
  const server = await DemoServer.start({scenario: installation, clock});
  const terminal = await openProgram(['--host', server.url, ...pipelines], {
    ...size,
    env: {TZ: 'UTC', NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`},
  });
  const close = async (): Promise<void> => {
    await terminal.dispose();
    await server.close();
    await files[Symbol.asyncDispose]();
  };
  try {
    await terminal.waitFor(/ LIVE\b/);
    // Lines of an unfinished catch-up would count as unseen.
    await terminal.stable();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    terminal,
    server,
    pass: async (milliseconds) => await clock.advance(milliseconds),
    sleep: async (milliseconds) => {
      await clock.advance(milliseconds);
      await writeFile(wallFile, String(startedAt + milliseconds));
    },
    advance: async (milliseconds) => {
      await clock.advance(milliseconds);
      // The second request of the list from now on begins after the answer to the first.
      const lists = () => server.requests.filter(({path}) => path.startsWith('/v0/pipelines?')).length;
      const before = lists();
      await eventually(
        () => lists() >= before + 2,
        () => `${lists() - before} requests of the list`,
      );
      await terminal.stable();
    },
    [Symbol.asyncDispose]: close,
  };
}
