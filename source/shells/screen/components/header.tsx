import type {RunnerHealth, Session} from '../../../engine/api/types.ts';
import {shortenHome} from '../../../engine/disk/save-file.ts';
import {isSilent, type LogSnapshot} from '../../../engine/logs/log-snapshot.ts';
import type {RecordingState} from '../../../engine/recording/recorder.ts';
import {awaitedLog} from '../../../kit/screen/log-waits.ts';
import type {Screen} from '../../../kit/screen/screen.ts';
import {shownContexts} from '../../../kit/screen/services.ts';
import {zoneOf} from '../../../kit/state/pane-view.ts';
import {activeTab, type Tab} from '../../../kit/state/view-state.ts';
import {clip, padTo, shortenApart, shortenMiddle} from '../../../kit/terminal/fit.ts';
import {paint} from '../../../kit/terminal/sgr.ts';
import {
  badge,
  black,
  type Color,
  type ColorDepth,
  type Colors,
  fitColor,
  noStyle,
  readableOn,
  rgbOf,
  type Style,
  white,
} from '../../../kit/terminal/style.ts';
import {concat, plain, restyle, type StyledText} from '../../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../../kit/terminal/symbols.ts';
import {connectionWords, silentWords, unreachableWords} from '../../../kit/words/connection-words.ts';
import {formatOutage, lastKnown, type Outage, runnerTrouble, serverOutage} from '../../../kit/words/failure-words.ts';
import {fileWords, openedKind} from '../../../kit/words/opened-words.ts';
import {isFailing, pipelineState, unreadWords} from '../../../kit/words/pipeline-words.ts';
import {clean} from '../../../lib/clean.ts';
import {counted, fineMoment, inZone} from '../../../lib/format.ts';
import {textWidth} from '../../../lib/width.ts';
import type {Controller} from '../controller.ts';
import {useNow, useSeconds, useWaited} from '../hooks/use-clock.ts';
import {useController, useModelProgress, useStore} from '../hooks/use-controller.ts';
import {useActiveLog} from '../hooks/use-stream-manager.ts';
import {saysState} from './body.tsx';
import {asOfWords, type LogStateView, momentWords, pauseOf, recordingNote, stateWords} from './log-state.ts';
import {Line} from './rows.tsx';

export type HeaderView = LogStateView & {
  /** Name of the context as it is shown. */
  readonly context?: string | undefined;
  /** Title of the opened logs, in place of a server. */
  readonly opened?: string | undefined;
  readonly serverName: string;
  readonly insecure: boolean;
  /** Tenant and role of the user; undefined until the server has answered. */
  readonly session: Session | undefined;
  /** Health of the runner; undefined: nothing speaks against it. */
  readonly runner?: RunnerHealth | undefined;
  /** Pipelines that run, and whose logs nobody read. */
  readonly unread?: ReadonlySet<string>;
  /** The log is open, but the server does not answer: `connection` says for how long. */
  readonly isSilent?: boolean;
  /** A page covers the log. */
  readonly isPage?: boolean;
  /** The page below says why the server does not answer, and what was known last. */
  readonly isExplained?: boolean;
  /** State of the shown log's recording; undefined: it is not to be recorded. */
  readonly recording: RecordingState | undefined;
  readonly symbols: Symbols;
};

/** The first row: server, list, and the state of the shown tab's connection. */
export function Header() {
  const {controller, view} = useController();
  const {clock, poller, serverName, insecure, symbols, contexts, offsetAt} = controller.services;
  const colors = controller.services.colors.get();
  const tab = activeTab(view);
  const place = contexts?.all.findIndex(({name}) => name === contexts.current) ?? -1;
  const context = contexts?.all[place];
  const list = useStore(poller.snapshot);
  const session = useStore(controller.services.session);
  const degraded = useStore(controller.events.degraded.names);
  const unread = useStore(controller.events.readings.unread);
  const runner = useStore(controller.services.runner);
  const snapshot = useActiveLog();
  const model = controller.pane?.model;
  useModelProgress(model);
  const now = useNow(controller.services);
  const shownOffset = zoneOf(tab?.pane, offsetAt);
  useStore(controller.events.readings.flows);
  const isUnanswered = snapshot !== undefined && isSilent(snapshot, list);
  const {unansweredSince = clock.wall()} = list;
  const cutSince = list.failure ? undefined : unreachableSince(controller, tab, snapshot);
  const usual = connectionWords(snapshot?.connection, now, (snapshot?.endId ?? 0) > 0);
  const connection = snapshot?.file
    ? fileWords(snapshot.file, now === undefined ? undefined : {now: clock.wall(), offsetAt: shownOffset})
    : isUnanswered
      ? silentWords(now === undefined ? undefined : clock.wall() - unansweredSince)
      : cutSince === undefined
        ? usual
        : unreachableWords(
            fineMoment(inZone(cutSince, shownOffset), inZone(clock.wall(), shownOffset)),
            controller.size.columns >= widthWithNext ? usual : undefined,
          );
  useSeconds(controller.services, connection.countdown);
  const isOpening = snapshot?.connection?.kind === 'connecting' || snapshot?.connection?.kind === 'catching-up';
  const awaited = tab && isOpening ? awaitedLog(controller, tab) : undefined;
  const waited = {
    log: useWaited(controller.services, awaited && controller.logWaits.since(awaited)),
    list: useWaited(controller.services, poller.waitingSince),
  };
  const isSaid = saysState(controller);
  const text = headerText({
    context: contexts && shownContexts(contexts.all, symbols)[place],
    opened: controller.services.catalog.hasServer ? undefined : openedTitle(controller),
    serverName,
    insecure,
    session,
    list,
    runner,
    degraded,
    unread,
    pipeline: view.active === undefined || isSaid ? undefined : controller.pipeline(view.active),
    connection,
    isSilent: isUnanswered,
    waited,
    isPage: view.page !== undefined,
    isExplained: controller.kindOf(view.page)?.explainsFailure === true,
    paused: pauseOf(controller, snapshot),
    lostStreams: tab?.merges ? lostInMerged(controller, tab.merges) : snapshot?.lostStreams,
    isFile: snapshot?.file !== undefined,
    recording: snapshot?.recording,
    width: controller.size.columns,
    now: clock.wall(),
    offsetAt: shownOffset,
    symbols,
  });
  const row = context?.color === undefined ? text : fillRow(text, context.color, colors);
  return <Line text={paint(row, colors)} />;
}

/** Since when the shown log cannot be had, Unix time in ms; undefined: it can, or the connection's own words say more. */
function unreachableSince(
  {events: {readings}}: Controller,
  tab: Tab | undefined,
  snapshot: LogSnapshot | undefined,
): number | undefined {
  const kind = snapshot?.connection?.kind;
  const reading = tab && (kind === 'waiting' || kind === 'connecting') ? readings.of(tab.name) : undefined;
  return reading?.kind === 'unreachable' ? reading.since : undefined;
}

/** Columns. A narrower header has no room for the next try beside the trouble. */
const widthWithNext = 76;
/** Cells of the left side below which the right one leaves out what is less important. */
const leastLeft = 24;

/** The server on the left, the state of the shown log on the right, which is not cut, but may leave notes out. */
export function headerText(view: HeaderView): StyledText {
  const {width, symbols} = view;
  const [state, ...notes] = view.isPage ? [plain('')] : stateWords(view);
  const before = concat([plain(' '), ...recordingNote(view.recording), state ?? plain('')]);
  const dot = plain(` ${symbols.dot} `, {dim: true});
  // A badge ends in a blank of its own.
  const first = view.paused ? plain(`${symbols.dot} `, {dim: true}) : dot;
  const noted = notes.flatMap((note, index) => [index === 0 ? first : dot, note]);
  const rows = Array.from({length: notes.length + 1}, (_, shown) =>
    concat([before, ...noted.slice(0, 2 * shown), plain(shown === 0 && view.paused ? '' : ' ')]),
  );
  const right = rows.findLast(({text}) => textWidth(text) <= width - leastLeft) ?? rows[0] ?? before;
  const room = Math.max(0, width - textWidth(right.text));
  return concat([padTo(clip(left(view, room), 0, room), room), clip(right, 0, width)]);
}

function left(view: HeaderView, room: number): StyledText {
  if (view.opened !== undefined) {
    const name = plain(' pipetail  ', {bold: true});
    return concat([name, withEnd(view.opened, room - textWidth(name.text) - 1, view.symbols)]);
  }
  const forms = leftForms(view);
  const rows = forms.map((form) => leftWith(view, form));
  const over = (row: StyledText) => Math.max(0, textWidth(row.text) - room);
  const fitting = rows.find((row) => over(row) === 0);
  if (fitting) return fitting;
  const [shortest = plain(''), form = {}] = [rows.at(-1), forms.at(-1)];
  if (form.hasProgram) return shortest;
  const cells = Math.max(8, textWidth(view.serverName) - over(shortest));
  return leftWith({...view, serverName: shortenMiddle(view.serverName, cells, view.symbols.ellipsis)}, form);
}

/** Parts that the left side has besides the server: one that is absent is left out where the row is narrow. */
type LeftForm = {
  readonly hasProgram?: boolean;
  readonly hasCount?: boolean;
  readonly hasFailing?: boolean;
  readonly hasUnread?: boolean;
  /** Words in place of what is no longer true, or not known yet. */
  readonly text?: string;
};

/** The longest first. The failing pipelines are the last to go, but before why the server does not answer. */
function leftForms(view: HeaderView): readonly LeftForm[] {
  const {list, connection, waited} = view;
  const answer = serverOutage(list, view);
  const all = {hasProgram: true, hasCount: true, hasFailing: true, hasUnread: true};
  if (answer) {
    const texts = outageTexts(answer, view);
    const [text = ''] = texts;
    return [
      {...all, hasUnread: false, text},
      {hasProgram: true, hasFailing: true, text},
      ...texts.map((each) => ({hasProgram: true, text: each})),
      {text: texts.at(-1) ?? ''},
    ];
  }
  // Without list and log, the pane says that.
  // While the last list is not old, what follows of it and of the log is said.
  const waits =
    view.isSilent !== true &&
    waited?.list !== undefined &&
    (list.pipelines ? list.unansweredSince !== undefined : connection.text !== '');
  const isAway = runnerTrouble(view.runner) !== undefined;
  const hasTrouble = list.pipelines?.some(isFailing) === true || isAway || (view.degraded?.size ?? 0) > 0;
  const hasUnread = (view.unread?.size ?? 0) > 0;
  const forms: readonly LeftForm[] = [
    all,
    {...all, hasCount: false},
    ...(hasUnread ? [{hasFailing: true, hasUnread}] : []),
    ...(hasTrouble || hasUnread ? [{hasFailing: true, hasProgram: !hasTrouble}] : []),
  ];
  // Half a sentence about the list would be read together with the connection on the right: it is whole, or left out.
  return waits ? [...forms.map((form) => ({...form, text: `waiting for the list, ${waited.list}`})), ...forms] : forms;
}

/** The longest first. */
function outageTexts(answer: Outage, view: HeaderView): readonly string[] {
  const {connection, pipeline, isExplained, isPage, isSilent} = view;
  if (isExplained || answer.cause === connection.text) return [answer.since];
  const state = pipeline && pipelineState(pipeline).word;
  // The right side says for how long.
  if (isSilent && !isPage) return [...(state === undefined ? [] : [lastKnown(answer.cause, state)]), answer.cause];
  return [...(state === undefined ? [] : [formatOutage(answer, state)]), formatOutage(answer), answer.since];
}

function leftWith(view: HeaderView, {hasProgram, hasCount, hasFailing, hasUnread, text}: LeftForm): StyledText {
  const {context, symbols, serverName, insecure, list} = view;
  const names = [
    ...(hasProgram ? [plain('pipetail', {bold: true})] : []),
    ...(context === undefined ? [] : [plain(context, {bold: true})]),
    plain(serverName),
  ];
  const {pipelines} = list;
  const failing = pipelines?.filter(isFailing).length ?? 0;
  const words = [
    ...(pipelines && hasCount ? [plain(counted(pipelines.length, 'pipeline', 'pipelines'), {dim: true})] : []),
    ...(hasFailing ? runnerWords(view) : []),
    ...(failing > 0 && hasFailing ? [plain(`${failing} failing`, {fg: 1})] : []),
    ...(hasFailing ? degradedWords(view) : []),
    ...(hasUnread ? unreadWords(view.unread?.size ?? 0).map((words) => plain(words, {fg: 3})) : []),
    ...(text === undefined ? [] : [plain(text, {fg: 3})]),
  ];
  return concat([
    ...names.flatMap((name, index) => [plain(index === 0 ? ' ' : '  '), name]),
    plain('  '),
    ...(insecure ? [plain(' INSECURE ', badge), plain('  ')] : []),
    ...tenantWords(view),
    ...words.flatMap((word, index) => (index === 0 ? [word] : [plain(` ${symbols.dot} `, {dim: true}), word])),
  ]);
}

/** `runner away since 21:44:41`: the states beside it are those known last. */
function runnerWords({runner, ...moment}: HeaderView): StyledText[] {
  if (runnerTrouble(runner) === undefined) return [];
  const {since} = runner ?? {};
  return [plain(`runner away${since === undefined ? '' : ` since ${momentWords(since, moment)}`}`, {fg: 1})];
}

/** `1 degraded` and, of those that are as of statistics that are old, `2 degraded as of 21:44:41`, the oldest. */
function degradedWords(view: HeaderView): StyledText[] {
  const times = [...(view.degraded?.values() ?? [])];
  const old = times.filter((at) => at !== undefined);
  const now = times.length - old.length;
  return [
    ...(now > 0 ? [plain(`${now} degraded`, {fg: 3})] : []),
    ...(old.length > 0 ? [plain(`${old.length} degraded${asOfWords(Math.min(...old), view)}`, {dim: true})] : []),
  ];
}

/** A path, whose end tells it from others, in at most `cells` cells. */
function withEnd(path: string, cells: number, {ellipsis}: Symbols): StyledText {
  const over = textWidth(path) - Math.max(1, cells);
  return over <= 0 ? plain(path) : concat([plain(ellipsis), clip(plain(path), over + 1, cells - 1)]);
}

/** Returns tenant and role; nothing for a user with one tenant. */
function tenantWords({session, symbols}: HeaderView): StyledText[] {
  if (!session || session.memberships < 2) return [];
  const words = [session.tenantName, session.role].filter((word) => word !== '').map((word) => clean(word));
  return [plain(`${words.join(` ${symbols.dot} `)}  `)];
}

/** Most cells of the name of a pipeline. */
const cellsOfName = 14;

/** `fraud: stdout`: of a log that is several, with the name of the pipeline. */
function lostInMerged({services: {logs, symbols}}: Controller, names: readonly string[]): readonly string[] {
  const short = shortenApart(names.map(clean), cellsOfName, symbols.ellipsis);
  return names.flatMap((name, index) => {
    const {lostStreams = []} = logs.get(name)?.snapshot.get() ?? {};
    return lostStreams.length === 0 ? [] : `${short[index]}: ${lostStreams.join(', ')}`;
  });
}

/** Colours on which white is more readable than black, in the palettes of xterm, VTE and the Linux console. */
const darkOfSixteen: ReadonlySet<Color> = new Set([0, 1, 4, 5, 8, 12]);

/** Gives a row one background. Its text becomes black or white: its own colours may be unreadable there. */
export function fillRow(row: StyledText, color: Color, colors: Colors): StyledText {
  if (colors === 'none') return row;
  const ground = {fg: textOn(color, typeof colors === 'string' ? colors : colors.depth), bg: color};
  return restyle(row, (style) => ({...withoutColor(style), ...ground}));
}

/** Returns a style without its colours, and without dim, which has less contrast. */
function withoutColor({bold, underline, inverse}: Style): Style {
  return {...noStyle, ...(bold && {bold}), ...(underline && {underline}), ...(inverse && {inverse})};
}

/** Black or white, whichever has more contrast to the colour as the terminal shows it. */
function textOn(color: Color, depth: Exclude<ColorDepth, 'none'>): Color {
  const shown = fitColor(color, depth);
  const rgb = rgbOf(shown);
  if (rgb) return readableOn(rgb);
  return darkOfSixteen.has(shown) ? white : black;
}

/** Names what was opened, for the header: path and kind of the only log (of stdin the kind), else how many. */
export function openedTitle({services}: Screen): string {
  const {found} = services.catalog;
  const [only] = found;
  if (!only || found.length > 1) return counted(found.length, 'log', 'logs');
  const kind = openedKind(only);
  return only.kind === 'stdin' ? kind : `${clean(shortenHome(only.path, services.home))}  ${kind}`;
}
