import {Box, useApp, useInput, usePaste} from 'ink';
import {useEffect, useMemo} from 'react';
import {pressTo} from '../../../kit/keys/commands.ts';
import {keyNames} from '../../../kit/keys/key-names.ts';
import {pageShown, storesOfPage} from '../../../kit/pages/page-driver.ts';
import {paragraph} from '../../../kit/pages/page-rows.ts';
import {type Layout, type Size, smallest} from '../../../kit/screen/layout.ts';
import type {Screen} from '../../../kit/screen/screen.ts';
import {hasLines} from '../../../kit/screen/server-state.ts';
import type {Contexts, Services} from '../../../kit/screen/services.ts';
import {optionOf} from '../../../kit/settings/option-table.ts';
import {promptInUse, type Tab} from '../../../kit/state/view-state.ts';
import {clip} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import type {Style} from '../../../kit/terminal/style.ts';
import {plain, type StyledText} from '../../../kit/terminal/styled-text.ts';
import {explainFailure} from '../../../kit/words/failure-words.ts';
import type {Controller} from '../controller.ts';
import {useNow, useSeconds, useWaited} from '../hooks/use-clock.ts';
import {ControllerContext, useController, usePageStores, useStore} from '../hooks/use-controller.ts';
import {useActiveLog, useLayout, useStreamManager} from '../hooks/use-stream-manager.ts';
import {paste, pressKeys} from '../press-keys.ts';
import {Body} from './body.tsx';
import {FilterLine} from './filter-line.tsx';
import {Footer} from './footer.tsx';
import {Header} from './header.tsx';
import {PromptLine} from './prompt-line.tsx';
import {Rows} from './rows.tsx';
import {StatusLine} from './status-line.tsx';
import {useTabLabels} from './tab-bar.ts';

export type TroubleScreen = Pick<Screen, 'commands' | 'size'> & {
  readonly layout: Pick<Layout, 'bodyHeight'> | undefined;
  readonly services: Pick<Services, 'serverUrl' | 'tokenFrom'> & {
    readonly poller: Pick<Services['poller'], 'snapshot'>;
    readonly contexts?: Pick<Contexts, 'current'>;
  };
};

type Waiting = {
  /** Monotonic time in ms; undefined while no user is there: then nothing counts down. */
  readonly now: number | undefined;
  /** Time that the try in progress has waited for an answer, such as `4 s`; undefined while that is short. */
  readonly waited?: string | undefined;
};

/** Returns the page without a list: what was tried, what came back, what to do. Undefined: there is a list. */
export function troublePage(screen: TroubleScreen, waiting: Waiting): readonly StyledText[] | undefined {
  const {poller, serverUrl, tokenFrom, contexts} = screen.services;
  const {failure, pipelines} = poller.snapshot.get();
  const page = (title: string, cause: string, advice: readonly string[]) =>
    pageInRoom(screen, {title, cause, advice, next: nextTry(screen, waiting)});
  if (failure && failure.kind !== 'cancelled' && pipelines === undefined) {
    const isDefaultHost = serverUrl === optionOf('host').fallback;
    const {title, advice} = explainFailure(failure, {tokenFrom, context: contexts?.current, isDefaultHost});
    return page(title, failure.message, advice);
  }
  if (pipelines?.length === 0) {
    return page('No pipelines yet', `${serverUrl} answered with an empty list.`, [
      'Create a pipeline in the web console or with fda; it appears here automatically.',
    ]);
  }
  return undefined;
}

type Trouble = {
  readonly title: string;
  readonly cause: string;
  readonly advice: readonly string[];
  readonly next: string;
};

function pageInRoom(
  {services, size, layout}: TroubleScreen,
  {title, cause, advice, next}: Trouble,
): readonly StyledText[] {
  const width = Math.min(size.columns, 104);
  const prose = (text: string, style?: Style) => paragraph(text, width, {indent: 2, ...(style && {style})});
  const blank = plain('');
  const heading = plain(`  ${title}`, {bold: true});
  const tried = prose(`Tried: GET ${services.serverUrl}/v0/pipelines`, {dim: true});
  const reason = prose(cause);
  const toDo = [...advice.flatMap((line) => prose(line)), ...(next === '' ? [] : prose(next, {dim: true}))];
  // On a small screen the advice matters more than blank rows, and than the request.
  const pages = [
    [blank, heading, blank, ...tried, ...reason, blank, ...toDo],
    [heading, ...tried, ...reason, ...toDo],
  ];
  return pages.find(({length}) => length <= (layout?.bodyHeight ?? 1)) ?? [heading, ...reason, ...toDo];
}

function nextTry({services, commands}: TroubleScreen, {now, waited}: Waiting): string {
  const {nextTryAt} = services.poller.snapshot.get();
  if (nextTryAt === undefined) return '';
  const keys = pressTo(commands, ['reconnect', 'try at once'], ['quit', 'quit']);
  if (waited !== undefined) return `Trying again: waiting for the list of pipelines, ${waited}; ${keys}.`;
  if (now === undefined) return `Trying again now and then; ${keys}.`;
  const seconds = Math.max(0, Math.ceil((nextTryAt - now) / 1000));
  return `Trying again ${seconds === 0 ? 'now' : `in ${seconds} s`}; ${keys}.`;
}

function WholeScreen({layout}: {readonly layout: Layout}) {
  const {view} = useController();
  return (
    <Box flexDirection="column">
      <Header />
      {view.page ? <PageBody layout={layout} /> : <Main layout={layout} />}
      {view.page ? null : <Bottom hasFilters={layout.hasFilters} />}
      <Footer />
    </Box>
  );
}

/** `place`: which part of a page is shown. */
function Bottom({hasFilters, place}: {readonly hasFilters: boolean; readonly place?: StyledText}) {
  const prompt = promptInUse(useController().view);
  return (
    <>
      {hasFilters ? <FilterLine /> : null}
      {prompt ? <PromptLine prompt={prompt} /> : <StatusLine place={place} />}
    </>
  );
}

function PageBody({layout}: {readonly layout: Layout}) {
  const {controller} = useController();
  usePageStores(storesOfPage(controller));
  useStore(controller.services.poller.snapshot);
  useActiveLog();
  // The errors page lists all tabs: their labels change when their errors do.
  useTabLabels(controller);
  const waited = useWaited(controller.services, controller.lookup.waitingSince);
  const {rows, place} = pageShown(controller, waited);
  return (
    <>
      <PageView rows={rows} height={layout.pageHeight} />
      <Bottom hasFilters={layout.hasFiltersOnPage} place={place} />
    </>
  );
}

function Main({layout}: {readonly layout: Layout}) {
  const {controller} = useController();
  const {poller} = controller.services;
  const {nextTryAt} = useStore(poller.snapshot);
  const now = useNow(controller.services);
  useStore(controller.services.logs.names);
  const waited = useWaited(controller.services, nextTryAt === undefined ? undefined : poller.waitingSince);
  const trouble = hasLines(controller) ? undefined : troublePage(controller, {now, waited});
  useSeconds(controller.services, trouble !== undefined && now !== undefined && nextTryAt !== undefined);
  return trouble ? <PageView rows={trouble} height={layout.bodyHeight} /> : <Body layout={layout} />;
}

function PageView({rows, height}: {readonly rows: readonly StyledText[]; readonly height: number}) {
  const {controller} = useController();
  const colors = controller.services.colors.get();
  const painted = rows.slice(0, height).map((row) => paint(clip(row, 0, controller.size.columns), colors));
  return <Rows rows={[...painted, ...Array.from({length: height - painted.length}, () => '')]} />;
}

/** The program's root. `size` comes from outside: `run/drawn-screen` has the reason. */
export function App({controller, size}: {readonly controller: Controller; readonly size: Size}) {
  return (
    <ControllerContext value={controller}>
      <Root size={size} />
    </ControllerContext>
  );
}

function Root({size}: {readonly size: Size}) {
  const {controller, view} = useController();
  // A merged tab has no log of its own.
  useStreamManager(useNames(view.tabs.filter(({merges}) => !merges)));
  const {suspendTerminal} = useApp();
  useEffect(() => controller.terminal.attach(suspendTerminal), [controller, suspendTerminal]);
  useEffect(() => controller.start(), [controller]);
  useStore(controller.services.poller.snapshot);
  // Of all rows: the terminal may answer later how light it is.
  useStore(controller.services.colors);
  useInput((input, key) => pressKeys(controller, keyNames(input, key)));
  usePaste((text) => paste(controller, text));
  // The controller has the size already; as a prop, a new size renders.
  const layout = useLayout();
  if (!layout) return <TooSmall size={size} />;
  return <WholeScreen layout={layout} />;
}

/** Returns the names of the tabs: the same array until they change. */
function useNames(tabs: readonly Tab[]): readonly string[] {
  const names = tabs.map(({name}) => name).join('\n');
  return useMemo(() => (names === '' ? [] : names.split('\n')), [names]);
}

function TooSmall({size}: {readonly size: Size}) {
  const words = [`${size.columns}×${size.rows} is too small:`, `pipetail needs ${smallest.columns}×${smallest.rows}`];
  const rows = Array.from({length: size.rows}, (_, row) => clip(plain(words[row] ?? ''), 0, size.columns).text);
  return <Rows rows={rows} />;
}
