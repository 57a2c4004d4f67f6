import {type CopyCount, newTally, readLines} from '../../buffer/copy-lines.ts';
import {byteSize, counted, isoTime} from '../../lib/format.ts';
import {shortenHome} from '../../storage/save-file.ts';
import type {ClipboardAnswer} from '../../system/clipboard.ts';
import {currentOf, hold} from '../../viewport/position.ts';
import type {Controller} from '../controller.ts';
import type {Take} from '../keys/command.ts';
import {keysNamed} from '../keys/commands.ts';
import type {PaneAt} from '../pane/pane-at.ts';
import type {Choice, PageText, SaveForm, TextToMake} from '../state/view-state.ts';
import {blocksOf, chosenBytes, failingOf, idsOf, markdownOf, mostCopied, paneWhenFiltered} from './chosen-lines.ts';
import {makeText, ofProgram, showsRecord} from './common.ts';
import {type PromptKind, type PromptOf, recallFrom} from './prompt-kind.ts';

export const copyHandlers = {
  select(controller: Controller) {
    const at = controller.paneAt;
    if (!at || at.current === undefined) return;
    if (at.tab.pane.selectedFrom !== undefined) {
      controller.changePane({selectedFrom: undefined});
      return;
    }
    const position = hold(at.tab.pane.position, at.geometry);
    controller.changePane({position, selectedFrom: currentOf(position, at.geometry)});
    controller.say(selectionHint(controller));
  },
  copy(controller: Controller, keyName: string) {
    const what = selectionOr(controller, 'record');
    if (what === 'record' && showsRecord(controller, keyName, 'copy it')) return;
    void copy(controller, what);
  },
  'copy-view': (controller: Controller) => void copy(controller, selectionOr(controller, 'view')),
  save(controller: Controller) {
    controller.pinTab();
    openSavePrompt(controller, selectionOr(controller, 'view'));
  },
  markdown(controller: Controller, keyName: string) {
    const what = selectionOr(controller, 'record');
    if (what === 'record' && showsRecord(controller, keyName, 'copy it')) return;
    void copyMarkdown(controller, what);
  },
};

type Extension = 'log' | 'md' | 'txt';

/** What a page gives to copy or save. */
type OfPage = {
  readonly what: Choice | PageText;
  /** The kind of the page. */
  readonly on: string;
};

export function takeFromPage(controller: Controller, take: Take, {what, on}: OfPage): void {
  switch (take) {
    case 'copy':
      if (typeof what === 'string') void copy(controller, what, on);
      else void copyPage(controller, what, what.text, {on});
      return;
    case 'markdown':
      if (typeof what === 'string') void copyMarkdown(controller, what, on);
      else void copyPage(controller, what, what.markdown, {on, extension: 'md'});
      return;
    case 'save':
      openSavePrompt(controller, what, {on});
  }
}

/** Copies lines. Text that is too large is offered for saving. `on`: the page that they are taken from. */
async function copy(controller: Controller, choice: Choice, on?: string): Promise<void> {
  await withPane(controller, async (at) => {
    const text = await chosenBytes(controller, choice, at);
    if (text) await copyText(controller, choice, {...text, on, onSent: () => endSelection(controller, choice, at)});
    else {
      const problem = `more than ${byteSize(mostCopied)}: too large for a clipboard; press Enter to save it`;
      openSavePrompt(controller, choice, {on, problem});
    }
  });
}

/** As `copy`, with what an issue needs beside the lines. */
async function copyMarkdown(controller: Controller, choice: Choice, on?: string): Promise<void> {
  await withPane(controller, async (at) => {
    const hasLines = !readLines(at.model.source.buffer, idsOf(choice, at)).next().done;
    const isEmpty = !hasLines && failingOf(controller, at).length === 0;
    const report = isEmpty ? '' : await markdownOf(controller, choice, at);
    if (report === undefined) {
      controller.sayHint('too large for Markdown', 'save', 'save it');
      return;
    }
    await copyText(controller, choice, {
      ...{bytes: Buffer.from(report), lines: linesIn(report), extension: 'md', on},
      onSent: () => endSelection(controller, choice, at),
    });
  });
}

/** Copies a part of a page's text, or all of it as Markdown. Text that is too large is offered for saving. */
export async function copyPage(
  controller: Controller,
  page: PageText,
  text: TextToMake,
  {on, extension}: {readonly on: string; readonly extension?: Extension},
): Promise<void> {
  try {
    const made = await makeText(controller, text);
    await copyText(controller, page, {bytes: Buffer.from(made), lines: linesIn(made), extension, on});
  } catch (error) {
    controller.sayFailure(error);
  }
}

function linesIn(text: string): number {
  let lines = text === '' || text.endsWith('\n') ? 0 : 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines;
}

/** Pins the tab and runs an action on its filtered log. Shows an error as a notice. */
async function withPane(controller: Controller, run: (at: PaneAt) => Promise<void>): Promise<void> {
  controller.pinTab();
  try {
    const at = await paneWhenFiltered(controller);
    if (at) await run(at);
  } catch (error) {
    controller.sayFailure(error);
  }
}

type TextToCopy = {
  readonly bytes: Uint8Array;
  readonly lines: number;
  /** Of the file that is offered if the text is too large. */
  readonly extension?: Extension | undefined;
  readonly on: string | undefined;
  readonly onSent?: () => void;
};

async function copyText(
  controller: Controller,
  what: Choice | PageText,
  {bytes, lines, extension, on, onSent}: TextToCopy,
): Promise<void> {
  if (lines === 0) {
    controller.say('nothing to copy here');
    return;
  }
  const answer = await controller.services.copy(bytes, lines, controller.closing);
  const words = copiedWords(answer);
  if (answer.kind === 'too-large')
    openSavePrompt(controller, what, {problem: `${words}; press Enter to save it`, extension, on});
  else controller.say(extension === 'md' ? `Markdown: ${words}` : words, answer.kind === 'failed' ? 'failure' : 'news');
  if (answer.kind === 'sent') onSent?.();
}

/** Only after success: a copy that failed leaves the selection for another try. */
function endSelection(controller: Controller, choice: Choice, {tab}: PaneAt): void {
  if (choice === 'selection') controller.changePaneOf(tab.name, {selectedFrom: undefined});
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
      return `sent ${amount} to tmux and its terminal${hint}`;
    case 'OSC 52':
      return `sent ${amount} by OSC 52 (terminals do not confirm it)${hint}`;
    default:
      return `copied ${amount} with ${answer.how}${hint}`;
  }
}

/** Lines that the scrollback dropped before a slow reader got them; empty if there are none. */
function missingWords({missing}: CopyCount): string {
  return missing === 0 ? '' : `${counted(missing, 'older line was', 'older lines were')} already dropped`;
}

/** What a key takes: the selection while there is one. */
function selectionOr<Other extends 'record' | 'view'>(controller: Controller, other: Other): 'selection' | Other {
  return hasSelection(controller) ? 'selection' : other;
}

function hasSelection(controller: Controller): boolean {
  return controller.tab?.pane.selectedFrom !== undefined;
}

function selectionHint({commands}: Controller): string {
  const uses = [
    ['copy', 'copy'],
    ['save', 'save'],
    ['markdown', 'Markdown'],
    ['back', 'end'],
  ] as const;
  return ['move to select', keysNamed(commands, uses)].filter(Boolean).join(' · ');
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
  change(controller, prompt) {
    if (prompt.replaces) controller.dispatch({type: 'prompt', prompt: {...prompt, replaces: false}});
  },
  submit(controller, prompt) {
    if (prompt.text.trim() === '') return 'type a file name';
    if (prompt.text !== prompt.suggestion) controller.services.histories.files.add(prompt.text);
    void save(controller, prompt);
    return undefined;
  },
  cycle(controller, prompt) {
    const choices = choicesOf(controller, prompt);
    const at = choices.findIndex(({what, form}) => what === prompt.what && form === prompt.form);
    return {...prompt, ...choices[(at + 1) % choices.length], replaces: false};
  },
  recall: (controller, prompt, by) => recallFrom(controller.services.histories.files, prompt, by),
};

type SaveOptions = {
  /** The kind of the page that it is taken from. */
  readonly on?: string | undefined;
  /** Why the lines are offered for saving. */
  readonly problem?: string;
  readonly extension?: Extension | undefined;
};

function openSavePrompt(
  controller: Controller,
  what: Choice | PageText,
  {on, problem, extension}: SaveOptions = {},
): void {
  const {tab, pane} = controller;
  const now = controller.services.clock.wall();
  if (!tab && typeof what === 'string') return;
  const time = pane?.model.index.timeAt(pane.model.source.buffer.endId - 1) ?? now;
  const suggestion =
    typeof what === 'string'
      ? suggestName(tab?.name ?? '', time, extension)
      : suggestName(what.file, now, extension ?? 'txt');
  const form = controller.services.copyForm;
  controller.dispatch({
    type: 'prompt',
    prompt: {kind: 'save', text: '', suggestion, what, on, form, replaces: false, problem},
  });
}

async function save(controller: Controller, prompt: PromptOf<'save'>): Promise<void> {
  const {text, what, form, replaces} = prompt;
  await withSource(controller, ofProgram(what, text) ?? what, async (source) => {
    const {tally} = source;
    const blocks = isMarkdown(text) ? source.markdown() : source.blocks(form);
    const saved = await controller.services.save(text, blocks, {overwrite: replaces, signal: controller.closing});
    switch (saved.kind) {
      case 'saved': {
        const lines = isMarkdown(text) ? 'Markdown' : counted(tally.lines, 'line', 'lines');
        controller.say(
          joined(
            `saved ${lines}, ${byteSize(saved.bytes)}, to ${shortenHome(saved.path, controller.services.home)}`,
            missingWords(tally),
          ),
        );
        source.onSaved();
        return;
      }
      case 'exists': {
        const problem = 'the file exists: press Enter to replace it, Esc to cancel';
        controller.dispatch({type: 'prompt', prompt: {...prompt, replaces: true, problem}});
        return;
      }
      case 'failed':
        controller.dispatch({type: 'prompt', prompt: {...prompt, problem: saved.why}});
        return;
      case 'stopped':
        return;
    }
  });
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' · ');
}

/** What a prompt saves. */
type CopySource = {
  readonly blocks: (form: SaveForm) => AsyncIterable<Uint8Array>;
  readonly markdown: () => AsyncIterable<Uint8Array>;
  readonly onSaved: () => void;
  readonly tally: CopyCount;
};

async function withSource(
  controller: Controller,
  what: Choice | PageText,
  run: (source: CopySource) => Promise<void>,
): Promise<void> {
  if (typeof what === 'string') await withPane(controller, (at) => run(sourceOfLines(controller, what, at)));
  else await run(sourceOfPage(controller, what)).catch((error: unknown) => controller.sayFailure(error));
}

function sourceOfLines(controller: Controller, choice: Choice, at: PaneAt): CopySource {
  const tally = newTally();
  return {
    blocks(saved) {
      const markers = saved === 'markers';
      const form = markers ? controller.services.copyForm : saved;
      return blocksOf(controller, choice, at, {form, markers, tally});
    },
    markdown: () => markdownBlocks(controller, choice, at),
    onSaved: () => endSelection(controller, choice, at),
    tally,
  };
}

function sourceOfPage(controller: Controller, page: PageText): CopySource {
  const tally = newTally();
  return {
    async *blocks() {
      const text = await makeText(controller, page.text);
      tally.lines = linesIn(text);
      yield Buffer.from(text);
    },
    async *markdown() {
      yield Buffer.from(await makeText(controller, page.markdown));
    },
    onSaved: () => {},
    tally,
  };
}

async function* markdownBlocks(controller: Controller, what: Choice, at: PaneAt): AsyncGenerator<Buffer> {
  const report = await markdownOf(controller, what, at);
  if (report === undefined) throw new Error('too large for Markdown: save it as .log');
  yield Buffer.from(report);
}

/** The usual form of copies comes first. */
function choicesOf(
  controller: Controller,
  {what, on}: PromptOf<'save'>,
): readonly {what: Choice | PageText; form: SaveForm}[] {
  if (typeof what !== 'string') return [{what, form: 'clean'}];
  const record = on === undefined ? [] : (['record'] as const);
  const selection = hasSelection(controller) ? (['selection'] as const) : [];
  const forms: readonly SaveForm[] =
    controller.services.copyForm === 'clean' ? ['clean', 'as-sent', 'markers'] : ['as-sent', 'clean', 'markers'];
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

/** In bytes. With time and extension, names stay far below the 255 that file systems allow. */
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
