import type {Command} from '../../kit/settings/command.ts';
import type {CommandName} from '../../kit/settings/option.ts';
import type {Settings} from '../../kit/settings/settings.ts';
import type {CommandCall} from '../../kit/shell/shell-command.ts';
import {commandOf} from '../commands.ts';
import type {logsCommand} from './logs/logs-command.ts';
import type * as own from './own-commands.ts';

/** Set by scripts/bundle.mjs; empty for a build outside a repository. */
declare const PIPETAIL_COMMIT: string;

type CallOf<Of> = Of extends Command<infer Words> ? CommandCall<Words> : never;

/** Runners of the commands of no feature, each loaded when it is called. They resolve to the exit code. */
const runs: {readonly [Name in CommandName]?: (call: CommandCall<never>) => Promise<number>} = {
  async screen({
    request: {names, patterns},
    settings,
    version,
    process,
    loadCompiled,
  }: CallOf<typeof own.screenCommand>) {
    const {runScreens} = await loadCompiled(() => import('../screen/run/run-screen.ts'));
    return await runScreens({settings, names, patterns, version, process});
  },
  async open({request: {what}, settings, version, process, loadCompiled}: CallOf<typeof own.openCommand>) {
    const {runOpenedScreen} = await loadCompiled(() => import('../screen/run/run-opened.ts'));
    return await runOpenedScreen({settings, what, version, process});
  },
  async logs(call: CallOf<typeof logsCommand>) {
    return await (await import('./logs/run-logs.ts')).runLogsCommand(call);
  },
  async list(call: CallOf<typeof own.listCommand>) {
    const [{askServer}, {listText}] = await Promise.all([import('./ask-server.ts'), import('./list.ts')]);
    const {request, process} = call;
    const isColored = process.stdout.isTTY === true && !process.env.NO_COLOR;
    return await askServer(call, (asked) => listText({...request, ...asked, isColored}));
  },
  async status(call: CallOf<typeof own.statusCommand>) {
    const [{askServer}, {statusReport}, {serverVersion}] = await Promise.all([
      import('./ask-server.ts'),
      import('./status.ts'),
      import('../startup/open-server.ts'),
    ]);
    const {request} = call;
    return await askServer(call, (asked) => {
      const ofServer = serverVersion(asked.client, asked.clock, asked.signal);
      return statusReport({...asked, serverVersion: ofServer, requested: request, output: request.output});
    });
  },
  async completion(call: CallOf<typeof own.completionCommand>) {
    return await (await import('./completion.ts')).runCompletion(call);
  },
  async config(call: CallOf<typeof own.configCommand>) {
    const [{runConfigCommand}, {screenKeys}] = await Promise.all([import('./config.ts'), import('../features.ts')]);
    return await runConfigCommand(call, screenKeys().lines());
  },
  async demo(call) {
    return await (await import('./demo.ts')).runDemoCommand(call);
  },
  async help({request: {command, isWhole}, process}: CallOf<typeof own.helpCommand>) {
    const {coreHelpText, helpText} = await import('./help-text.ts');
    return await printed((isWhole ? helpText : coreHelpText)(command, process.stdout.columns), process);
  },
  async version({version, process}) {
    const commit = PIPETAIL_COMMIT === '' ? '' : ` (${PIPETAIL_COMMIT})`;
    return await printed(`pipetail ${version}${commit}\n`, process);
  },
};

async function printed(text: string, process: NodeJS.Process): Promise<number> {
  return await (await import('../../kit/system/line-output.ts')).printWhole(text, process);
}

/** All options, and the words of the call, which win over an option of their name. */
export function requestOf(settings: Settings) {
  return {...settings, ...settings.request};
}

/** Runs the command of a call. Resolves to the exit code; rejects with the failure. */
export async function runCommand(call: Omit<CommandCall<object>, 'request'>): Promise<number> {
  const {kind} = call.settings.request;
  const {loadText} = commandOf(kind);
  // Its own `read` made the words of the request.
  const own = {...call, request: requestOf(call.settings) as never};
  const run = runs[kind];
  if (run) return await run(own);
  if (!loadText) throw new TypeError(`nothing runs the command ${kind}`);
  const {printLogText} = await import('./ask-server.ts');
  return await printLogText(own, await loadText());
}
