import type {ListSnapshot} from '../../../engine/pipelines/list-poller.ts';
import type {CommandTable} from '../../../kit/keys/command.ts';
import {pressTo} from '../../../kit/keys/commands.ts';
import {paragraph} from '../../../kit/pages/page-rows.ts';
import type {Screen} from '../../../kit/screen/screen.ts';
import {optionOf} from '../../../kit/settings/option-table.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import {explainFailure} from '../../../kit/words/failure-words.ts';

export type TroubleView = {
  readonly list: ListSnapshot;
  readonly serverUrl: string;
  readonly tokenFrom: string | undefined;
  readonly context: string | undefined;
  readonly commands: CommandTable;
  /** Monotonic time in ms; undefined while no user is there: then nothing counts down. */
  readonly now: number | undefined;
  /** Time that the try in progress has waited for an answer, such as `4 s`; undefined while that is short. */
  readonly waited?: string | undefined;
  readonly width: number;
  readonly height: number;
};

/**
 * Returns what stands in place of list and logs while there is no list; undefined: there is one, or a log has lines.
 */
export function troubleShown(
  screen: Screen,
  {now, waited}: Pick<TroubleView, 'now' | 'waited'>,
): readonly StyledText[] | undefined {
  const {commands, layout, services, size, state} = screen;
  const {poller, logs, serverUrl, tokenFrom, contexts} = services;
  if (state.tabs.some(({name}) => (logs.get(name)?.snapshot.get().endId ?? 0) > 0)) return undefined;
  return troublePage({
    list: poller.snapshot.get(),
    context: contexts?.current,
    width: size.columns,
    height: layout?.bodyHeight ?? 1,
    serverUrl,
    tokenFrom,
    commands,
    now,
    waited,
  });
}

/** Returns the page without a list: what was tried, what came back, what to do. Undefined: there is a list. */
export function troublePage(view: TroubleView): readonly StyledText[] | undefined {
  const {list, serverUrl} = view;
  if (list.failure && list.failure.kind !== 'cancelled' && list.pipelines === undefined) {
    const {tokenFrom, context} = view;
    const isDefaultHost = serverUrl === optionOf('host').fallback;
    const {title, advice} = explainFailure(list.failure, {tokenFrom, context, isDefaultHost});
    return page(view, title, list.failure.message, advice);
  }
  if (list.pipelines?.length === 0) {
    return page(view, 'No pipelines yet', `${serverUrl} answered with an empty list.`, [
      'Create a pipeline in the web console or with fda; it appears here automatically.',
    ]);
  }
  return undefined;
}

function page(view: TroubleView, title: string, cause: string, advice: readonly string[]): readonly StyledText[] {
  const width = Math.min(view.width, 104);
  const prose = (text: string, style?: Style) => paragraph(text, width, {indent: 2, ...(style && {style})});
  const blank = plain('');
  const heading = plain(`  ${title}`, {bold: true});
  const tried = prose(`Tried: GET ${view.serverUrl}/v0/pipelines`, {dim: true});
  const reason = prose(cause);
  const next = nextTry(view);
  const toDo = [...advice.flatMap((line) => prose(line)), ...(next === '' ? [] : prose(next, {dim: true}))];
  // On a small screen the advice matters more than blank rows, and than the request.
  const pages = [
    [blank, heading, blank, ...tried, ...reason, blank, ...toDo],
    [heading, ...tried, ...reason, ...toDo],
  ];
  return pages.find(({length}) => length <= view.height) ?? [heading, ...reason, ...toDo];
}

function nextTry({list, now, waited, commands}: TroubleView): string {
  if (list.nextTryAt === undefined) return '';
  const keys = pressTo(commands, ['reconnect', 'try at once'], ['quit', 'quit']);
  if (waited !== undefined) return `Trying again: waiting for the list of pipelines, ${waited}; ${keys}.`;
  if (now === undefined) return `Trying again now and then; ${keys}.`;
  const seconds = Math.max(0, Math.ceil((list.nextTryAt - now) / 1000));
  return `Trying again ${seconds === 0 ? 'now' : `in ${seconds} s`}; ${keys}.`;
}
