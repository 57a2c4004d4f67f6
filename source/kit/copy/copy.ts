import {type CopyCount, newTally, readLines} from '../../engine/buffer/copy-lines.ts';
import {shortenHome} from '../../engine/disk/save-file.ts';
import {byteSize, counted, isoTime} from '../../lib/format.ts';
import {runInSlices} from '../../lib/slices.ts';
import type {PaneOnScreen} from '../pane/pane-on-screen.ts';
import {recallFrom} from '../screen/prompts.ts';
import type {PromptKind, PromptOf, Screen} from '../screen/screen.ts';
import type {Choice, PageText, SaveForm, TextToMake} from '../state/view-state.ts';
import type {ClipboardAnswer} from '../system/clipboard.ts';
import {blocksOf, failingOf, idsOf, inOnePiece, markdownOf, mostCopied, paneWhenFiltered} from './chosen-lines.ts';

type Extension = 'log' | 'md' | 'txt';

type CopyOptions = {
  readonly as?: 'text' | 'markdown';
  /** The kind of the page that it is taken from. */
  readonly on?: string | undefined;
};

/**
 * Copies lines, or the text of a page; as Markdown: a report, with what an issue needs beside them. Text that is too large is
 * offered for saving.
 */
export async function copy(
  screen: Screen,
  what: Choice | PageText,
  {as = 'text', on}: CopyOptions = {},
): Promise<void> {
  const isReport = as === 'markdown';
  const offer = (words: string) =>
    openSavePrompt(screen, what, {
      on,
      problem: `${words}; press Enter to save it`,
      extension: isReport ? 'md' : undefined,
    });
  await withSource(screen, what, async (source) => {
    const bytes = isReport ? await source.markdown() : await inOnePiece(source.blocks(screen.services.copyForm));
    if (!bytes) {
      if (isReport) screen.sayHint('too large for Markdown', 'save', 'save it');
      else offer(`more than ${byteSize(mostCopied)}: too large for a clipboard`);
      return;
    }
    const lines = isReport ? linesIn(bytes.toString()) : source.tally.lines;
    if (lines === 0 || (isReport && source.isEmpty())) {
      screen.say('nothing to copy here');
      return;
    }
    const answer = await screen.services.copy(bytes, lines, screen.closing);
    const words = copiedWords(answer);
    if (answer.kind === 'too-large') offer(words);
    else if (what === 'record' && !isReport && answer.kind === 'sent' && answer.hint === undefined)
      screen.sayHint(words, 'markdown', 'add its place');
    else screen.say(isReport ? `Markdown: ${words}` : words, answer.kind === 'failed' ? 'failure' : 'news');
    if (answer.kind === 'sent') source.onTaken();
  });
}

function linesIn(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** Pins the tab and runs an action on its log. Shows an error as a notice. */
async function withPane(screen: Screen, choice: Choice, run: (at: PaneOnScreen) => Promise<void>): Promise<void> {
  screen.pinTab();
  try {
    // A record is chosen by what is on the screen now; new filters may soon show another one in its place.
    const at = choice === 'record' ? screen.paneOnScreen : await paneWhenFiltered(screen);
    if (at) await run(at);
  } catch (error) {
    screen.sayFailure(error);
  }
}

/** Ends the selection, after success alone: a copy that failed leaves it for another try. */
function endSelection(screen: Screen, choice: Choice, {tab}: PaneOnScreen): void {
  if (choice === 'selection') screen.changePaneOf(tab.name, {selectedFrom: undefined});
}

export function copiedWords(answer: ClipboardAnswer): string {
  if (answer.kind === 'failed') return `not copied: ${answer.why}`;
  const amount = `${counted(answer.lines, 'line', 'lines')}, ${byteSize(answer.bytes)}`;
  if (answer.kind === 'too-large') {
    return `not sent: ${amount}, and terminals drop more than ${byteSize(answer.limit)}`;
  }
  const hint = answer.hint === undefined ? '' : ` · ${answer.hint}`;
  switch (answer.how) {
    // tmux and OSC 52 do not report whether the text arrived.
    case 'tmux':
      return `sent ${amount} to tmux${answer.hint === undefined ? ' and its terminal' : hint}`;
    case 'OSC 52':
      return `sent ${amount} by OSC 52 (no terminal confirms it)${hint}`;
    default:
      return `copied ${amount} with ${answer.how}${hint}`;
  }
}

/** Lines that the scrollback dropped before a slow reader got them; empty if there are none. */
function missingWords({missing}: CopyCount): string {
  return missing === 0 ? '' : `${counted(missing, 'older line was', 'older lines were')} already dropped`;
}

export function hasSelection(screen: Screen): boolean {
  return screen.tab?.pane.selectedFrom !== undefined;
}

/** `S`: saves to a file, as Markdown if its name ends in `.md`. */
export const savePrompt: PromptKind<'save'> = {
  label: ({what, form, text, suggestion = '', replaces}) => {
    if (replaces) return 'press Enter again to replace ';
    if (ofProgram(what, text)) return 'save the program to ';
    const isReport = isMarkdown(text === '' ? suggestion : text);
    const words = isReport ? ' as Markdown' : typeof what === 'string' ? ` ${formWords[form]}` : '';
    return `save ${choiceWords(what)}${words} to `;
  },
  example: () => 'a file name',
  keys: ({what, replaces}) => [
    ['submit', replaces ? 'replace' : 'save'],
    ...(typeof what === 'string' ? ([['cycle', 'colours, markers, all']] as const) : []),
    ['older', 'earlier names'],
  ],
  // The new name may exist, too: Enter must ask again.
  change(screen, prompt) {
    if (prompt.replaces) screen.dispatch({type: 'prompt', prompt: {...prompt, replaces: false}});
  },
  submit(screen, prompt) {
    if (prompt.text.trim() === '') return 'type a file name';
    if (prompt.text !== prompt.suggestion) screen.services.histories.files.add(prompt.text);
    void save(screen, prompt);
    return undefined;
  },
  cycle(screen, prompt) {
    const choices = choicesOf(screen, prompt);
    const at = choices.findIndex(({what, form}) => what === prompt.what && form === prompt.form);
    return {...prompt, ...choices[(at + 1) % choices.length], replaces: false};
  },
  recall: (screen, prompt, by) => recallFrom(screen.services.histories.files, prompt, by),
};

type SaveOptions = {
  /** The kind of the page that it is taken from. */
  readonly on?: string | undefined;
  /** Why the lines are offered for saving. */
  readonly problem?: string;
  readonly extension?: Extension | undefined;
};

export function openSavePrompt(
  screen: Screen,
  what: Choice | PageText,
  {on, problem, extension}: SaveOptions = {},
): void {
  const {tab, pane} = screen;
  const now = screen.services.clock.wall();
  if (!tab && typeof what === 'string') return;
  const time = pane?.model.index.timeAt(pane.model.source.buffer.endId - 1) ?? now;
  const suggestion =
    typeof what === 'string'
      ? suggestName(tab?.name ?? '', time, extension)
      : suggestName(what.file, now, extension ?? 'txt');
  const form = screen.services.copyForm;
  screen.dispatch({
    type: 'prompt',
    prompt: {kind: 'save', text: '', suggestion, what, on, form, replaces: false, problem},
  });
}

async function save(screen: Screen, prompt: PromptOf<'save'>): Promise<void> {
  const {text, what, form, replaces} = prompt;
  await withSource(screen, ofProgram(what, text) ?? what, async (source) => {
    const {tally} = source;
    const blocks = isMarkdown(text) ? reportBlocks(source.markdown()) : source.blocks(form);
    const saved = await screen.services.save(text, blocks, {overwrite: replaces, signal: screen.closing});
    switch (saved.kind) {
      case 'saved': {
        const lines = isMarkdown(text) ? 'Markdown' : counted(tally.lines, 'line', 'lines');
        screen.say(
          joined(
            `saved ${lines}, ${byteSize(saved.bytes)}, to ${shortenHome(saved.path, screen.services.home)}`,
            missingWords(tally),
          ),
        );
        source.onTaken();
        return;
      }
      case 'exists': {
        const problem = 'the file exists: press Enter to replace it, Esc to cancel';
        screen.dispatch({type: 'prompt', prompt: {...prompt, replaces: true, problem}});
        return;
      }
      case 'failed':
        screen.dispatch({type: 'prompt', prompt: {...prompt, problem: saved.why}});
        return;
      case 'stopped':
        return;
    }
  });
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** Source of what a prompt saves. */
type CopySource = {
  readonly blocks: (form: SaveForm) => AsyncIterable<Uint8Array>;
  /** Makes the report; undefined if it is too large. */
  readonly markdown: () => Promise<Buffer | undefined>;
  /** Neither lines nor errors: no report is made of that. */
  readonly isEmpty: () => boolean;
  readonly onTaken: () => void;
  readonly tally: CopyCount;
};

async function withSource(
  screen: Screen,
  what: Choice | PageText,
  run: (source: CopySource) => Promise<void>,
): Promise<void> {
  if (typeof what === 'string') await withPane(screen, what, (at) => run(sourceOfLines(screen, what, at)));
  else await run(sourceOfPage(screen, what)).catch((error: unknown) => screen.sayFailure(error));
}

function sourceOfLines(screen: Screen, choice: Choice, at: PaneOnScreen): CopySource {
  const tally = newTally();
  return {
    blocks(saved) {
      const markers = saved === 'markers';
      const form = markers ? screen.services.copyForm : saved;
      return blocksOf(screen, choice, at, {form, markers, tally});
    },
    async markdown() {
      const report = await markdownOf(screen, choice, at);
      return report === undefined ? undefined : Buffer.from(report);
    },
    isEmpty: () =>
      readLines(at.model.source.buffer, idsOf(choice, at)).next().done === true && failingOf(screen, at).length === 0,
    onTaken: () => endSelection(screen, choice, at),
    tally,
  };
}

function sourceOfPage(screen: Screen, page: PageText): CopySource {
  const tally = newTally();
  return {
    async *blocks() {
      const text = await makeText(screen, page.text);
      tally.lines = linesIn(text);
      yield Buffer.from(text);
    },
    markdown: async () => Buffer.from(await makeText(screen, page.markdown)),
    isEmpty: () => false,
    onTaken: () => {},
    tally,
  };
}

async function* reportBlocks(report: Promise<Buffer | undefined>): AsyncGenerator<Buffer> {
  const bytes = await report;
  if (!bytes) throw new Error('too large for Markdown: save it as .log');
  yield bytes;
}

/** The usual form of copies comes first. */
function choicesOf(screen: Screen, {what, on}: PromptOf<'save'>): readonly {what: Choice | PageText; form: SaveForm}[] {
  if (typeof what !== 'string') return [{what, form: 'clean'}];
  const record = on === undefined ? [] : (['record'] as const);
  const selection = hasSelection(screen) ? (['selection'] as const) : [];
  const forms: readonly SaveForm[] =
    screen.services.copyForm === 'clean' ? ['clean', 'as-sent', 'markers'] : ['as-sent', 'clean', 'markers'];
  return ([...record, ...selection, 'view', 'all'] as const).flatMap((what) => forms.map((form) => ({what, form})));
}

const formWords: Readonly<Record<SaveForm, string>> = {
  clean: 'without colours',
  'as-sent': 'as sent',
  markers: 'with markers',
};

function isMarkdown(fileName: string): boolean {
  return fileName.trim().endsWith('.md');
}

function choiceWords(what: Choice | PageText): string {
  if (typeof what !== 'string') return 'the page';
  switch (what) {
    case 'record':
      return 'the record';
    case 'selection':
      return 'the selection';
    case 'view':
      return 'the view';
    case 'all':
      return 'all';
  }
}

/** Bytes of a pipeline's name: with time and extension, names stay far below the 255 that file systems allow. */
const longestPipeline = 100;

/** The extension in the name of an opened file. The name of a pipeline has no dot. */
const extensionOfLog = /\.(?:log|txt|out|err)(?:\.\d+)?(?:\.(?:gz|zst))?(?=-|$)/i;

/** `orders-2026-11-25T120344Z.log`. `at`: Unix time in ms of the last record: a log saved later gets another name. */
export function suggestName(pipeline: string, at: number, extension: Extension = 'log'): string {
  // The name comes from the server.
  const letters = pipeline
    .replace(extensionOfLog, '')
    .replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '_')
    .replace(/^[.-]+/, '');
  // A character that is cut becomes U+FFFD.
  const safe = Buffer.from(letters)
    .toString('utf8', 0, longestPipeline)
    .replace(/\uFFFD$/, '');
  const time = isoTime(at).slice(0, 19).replaceAll(':', '');
  return `${safe || 'pipeline'}-${time}Z.${extension}`;
}

/** Rejects when the screen is closed meanwhile. */
async function makeText({services, closing}: Screen, text: TextToMake): Promise<string> {
  return typeof text === 'string' ? text : await runInSlices(text(), {clock: services.clock, signal: closing});
}

/** The program of the page's pipeline, which a name that ends in `.sql` asks for; undefined: that is not asked for. */
function ofProgram(what: Choice | PageText, fileName: string): PageText | undefined {
  if (typeof what === 'string' || what.program === undefined || !fileName.trim().endsWith('.sql')) return undefined;
  return {...what, text: what.program};
}
