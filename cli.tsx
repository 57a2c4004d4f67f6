#!/usr/bin/env -S MALLOC_ARENA_MAX=1 node --max-semi-space-size=4 --initial-old-space-size=64 --wasm-tiering-budget=1000000000
import nodeModule from 'node:module';
import process from 'node:process';
import manifest from './package.json' with {type: 'json'};
import type {Settings} from './source/kit/settings/settings.ts';

// What the first line sets helps with a busy log, and cannot be set later. The last flag keeps Ink's layout, which is fast
// enough, from being compiled again, for which V8 keeps 8 MiB. With the variable, all threads share one heap of glibc: in
// heaps of their own up to 15 MiB stay free.

// Everything else is imported after this check: undici 8 and Ink 8 crash on import under an older Node.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 19)) {
  process.stderr.write(`pipetail: Node ${process.versions.node} is too old · pipetail needs Node 22.19 or newer\n`);
  process.exitCode = 1;
} else {
  // Node would open its inspector: a debugger, to any local user, of a process that holds a credential.
  process.on('SIGUSR1', () => {});
  // A write beyond a limit (`ulimit -f`) fails instead, as on a full disk.
  process.on('SIGXFSZ', () => {});
  // It is for this process, not for a command that it starts.
  delete process.env.MALLOC_ARENA_MAX;
  // Certificates are checked unless --insecure says otherwise; Node would warn that it checks none.
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  await enableCompileCache();
  // After it: the name of the cache's folder depends on the flags.
  compileLess();
  // Also removes the key of --auth from the process list.
  process.title = 'pipetail';
  process.exitCode = await main();
}

/**
 * Lets V8's last compiler have only what is called ten times as often as it asks for itself: it is a third of the CPU while
 * a log is taken in, and its code gains less. Not in the first line: an older Node ends at a flag that it does not know.
 */
function compileLess(): void {
  process.getBuiltinModule('node:v8').setFlagsFromString('--invocation-count-for-turbofan=30000');
}

/** Keeps compiled code on disk for the next start. */
async function enableCompileCache(): Promise<void> {
  // The single file holds its compiled code itself.
  if (process.getBuiltinModule('node:sea').isSea()) return;
  // NODE_COMPILE_CACHE has set one: who can set variables can run code here anyway.
  // (Not named imports: under Node 20, which has no such exports, the check above would not be reached.)
  if (nodeModule.getCompileCacheDir() !== undefined) return;
  const {compileCacheFolder} = await import('./source/kit/system/compile-cache.ts');
  // By default Node would use the system's temporary folder, where any user may have put code.
  const folder = compileCacheFolder(process.env, process.geteuid?.());
  if (folder !== undefined) nodeModule.enableCompileCache(folder);
}

/**
 * Loads a part of which a start calls most functions, with all of them compiled. V8 compiles a function at its first call,
 * but what Node keeps on disk is only what was compiled before.
 */
async function loadCompiled<Part>(load: () => Promise<Part>): Promise<Part> {
  if (nodeModule.getCompileCacheDir() === undefined) return await load();
  const v8 = process.getBuiltinModule('node:v8');
  v8.setFlagsFromString('--no-lazy');
  try {
    return await load();
  } finally {
    v8.setFlagsFromString('--lazy');
  }
}

/** Resolves to the exit code. */
async function main(): Promise<number> {
  try {
    return await run();
  } catch (error) {
    const [{errorText}, {UsageError}, {isJsonRequested}, {clean}, {jsonText}] = await Promise.all([
      import('./source/lib/format.ts'),
      import('./source/kit/settings/parse-values.ts'),
      import('./source/kit/settings/command-line.ts'),
      import('./source/lib/clean.ts'),
      import('./source/lib/json.ts'),
    ]);
    const code = error instanceof UsageError ? 2 : 1;
    const message = errorText(error);
    const isJson = isJsonRequested(process.argv.slice(2));
    process.stderr.write(isJson ? `${jsonText({error: message, code})}\n` : `pipetail: ${clean(message)}\n`);
    return code;
  }
}

async function run(): Promise<number> {
  const [{loadSettings}, {runCommand}] = await Promise.all([
    import('./source/shells/startup/load-settings.ts'),
    import('./source/shells/commands/run-command.ts'),
  ]);
  const settings = await loadSettings(process.argv.slice(2), process);
  await checkKeys(settings);
  return await runCommand({settings, version: manifest.version, process, loadCompiled});
}

/** Checks the keys of the configuration file against the screen's table, in every command that reads the file. */
async function checkKeys({keys}: Settings): Promise<void> {
  if (keys.length === 0) return;
  const [{screenKeys}, {UsageError}] = await Promise.all([
    import('./source/shells/features.ts'),
    import('./source/kit/settings/parse-values.ts'),
  ]);
  const [first] = screenKeys().problems(keys);
  if (first !== undefined) throw new UsageError(first);
}
