import type {ApiFailure} from '../../api/types.ts';
import {optionOf} from '../../settings/option-table.ts';
import type {ListSnapshot} from '../../streams/list-poller.ts';
import {wrapWords} from '../../terminal/fit.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import {plain, type StyledText} from '../../terminal/styled-text.ts';
import {type CommandTable, keysDo} from '../keys/commands.ts';

export type TroubleView = {
  readonly list: ListSnapshot;
  readonly serverUrl: string;
  /** Where the credentials came from, such as `FELDERA_API_KEY`; undefined: none were given. */
  readonly tokenFrom: string | undefined;
  /** Name of the context in force. */
  readonly context: string | undefined;
  /** With the user's keys. */
  readonly commands: CommandTable;
  /** Monotonic milliseconds; undefined: nobody sees it tick. */
  readonly now: number | undefined;
  readonly width: number;
};

/** What fills the screen when there is no list to show: what was tried, what came back, what to do. */
export function troublePage(view: TroubleView): readonly StyledText[] | undefined {
  const {list, serverUrl} = view;
  if (list.failure && list.failure.kind !== 'cancelled' && list.pipelines === undefined) {
    const trouble = explain(list.failure, view);
    return page(view, trouble.title, list.failure.message, trouble.advice);
  }
  if (list.pipelines?.length === 0) {
    return page(view, 'No pipelines yet', `${serverUrl} answered with an empty list.`, [
      'Create a pipeline in the web console or with fda; it appears here by itself.',
    ]);
  }
  return undefined;
}

function page(view: TroubleView, title: string, cause: string, advice: readonly string[]): readonly StyledText[] {
  const width = Math.max(20, Math.min(view.width - 4, 100));
  const prose = (text: string, dim: boolean) =>
    wrapWords(sanitise(text).text, width).map((line) => plain(`  ${line}`, dim ? {dim: true} : {}));
  return [
    plain(''),
    plain(`  ${title}`, {bold: true}),
    plain(''),
    ...prose(`Tried: GET ${view.serverUrl}/v0/pipelines`, true),
    ...prose(cause, false),
    plain(''),
    ...advice.flatMap((line) => prose(line, false)),
    ...prose(nextTry(view), true),
  ];
}

function nextTry({list, now, commands}: TroubleView): string {
  if (list.nextTryAt === undefined) return '';
  const keys = keysDo(commands, [
    ['reconnect', 'tries at once'],
    ['quit', 'quits'],
  ]);
  if (now === undefined) return `Trying again now and then; ${keys}.`;
  const seconds = Math.max(0, Math.ceil((list.nextTryAt - now) / 1000));
  return `Trying again ${seconds === 0 ? 'now' : `in ${seconds} s`}; ${keys}.`;
}

type Shown = Exclude<ApiFailure, {kind: 'cancelled'}>;

function explain(
  failure: Shown,
  {tokenFrom, context, serverUrl}: Pick<TroubleView, 'tokenFrom' | 'context' | 'serverUrl'>,
): {title: string; advice: readonly string[]} {
  const set = waysToSet(context);
  if (failure.kind === 'retryable') {
    if (failure.reason === 'unreachable' && failure.message.startsWith('the proxy ')) {
      return {title: 'The proxy does not lead to the server', advice: ['NO_PROXY names hosts that need none.']};
    }
    return failure.reason === 'unreachable' || failure.reason === 'timeout'
      ? {
          title: 'The server cannot be reached',
          advice: [
            `Is Feldera running there? Set the address with ${set.host}.`,
            // Nobody has said which server: perhaps there is none yet.
            ...(serverUrl === optionOf('host').fallback ? ['To look around without a server: pipetail --demo'] : []),
          ],
        }
      : {title: 'The server answers with an error', advice: ['This may pass by itself.']};
  }
  switch (failure.reason) {
    case 'unauthorized':
      return {
        title: 'The server wants credentials',
        advice: [
          ...(tokenFrom === undefined ? [] : [`The ones from ${tokenFrom} were refused.`]),
          `Give an API key or a token with ${set.credential}.`,
        ],
      };
    case 'token-expired':
      return {
        title: 'The token has expired',
        advice: [
          ...(tokenFrom === undefined ? [] : [`It came from ${tokenFrom}.`]),
          failure.expired?.isRenewed
            ? 'The command that makes it runs again by itself.'
            : `Give a new token with ${set.credential}.`,
        ],
      };
    case 'no-token':
      return {title: 'There is no token to log in with', advice: ['The command that makes it runs again by itself.']};
    case 'forbidden':
      return {
        title: 'Not permitted',
        advice: [
          'The credentials are known but may not read pipelines here.',
          `If they belong to several tenants, choose one with ${set.tenant}.`,
        ],
      };
    case 'unknown-tenant':
      return {title: 'Which tenant?', advice: [`Choose one with ${set.tenant}.`]};
    case 'wrong-url':
      return {
        title: 'This is not the Feldera API',
        advice: [`Check ${set.host}: the base URL comes before /v0, and may have a path prefix.`],
      };
    case 'certificate':
      // The message names the flag that helps.
      return {title: 'The certificate is not trusted', advice: ['Is this the right host?']};
    case 'unknown-pipeline':
    case 'bad-request':
    case 'headers-too-large':
      return {title: 'The server refuses the request', advice: []};
  }
}

/** Where host, credential and tenant are set. In a context they belong together, and variables do not count. */
function waysToSet(context: string | undefined): {host: string; credential: string; tenant: string} {
  if (context === undefined) {
    return {
      host: '--host URL or the variable FELDERA_HOST',
      credential: '--auth or the variable FELDERA_API_KEY',
      tenant: '--tenant or the variable FELDERA_TENANT',
    };
  }
  const place = `[contexts.${sanitise(context).text}] of the configuration file`;
  return {host: `host in ${place}`, credential: `auth in ${place}`, tenant: `--tenant or tenant in ${place}`};
}
