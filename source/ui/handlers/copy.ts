import {type CopyCount, newTally, readLines} from '../../buffer/copy-lines.ts';
import {byteSize, counted, isoTime} from '../../lib/format.ts';
import type {ClipboardAnswer} from '../../system/clipboard.ts';
import {currentOf, hold} from '../../viewport/position.ts';
import type {Controller} from '../controller.ts';
import {keyDoes, keysDo, withHint} from '../keys/commands.ts';
import type {PaneAt} from '../pane/pane-at.ts';
import type {Choice} from '../state/view-state.ts';
import {blocksOf, bytesOf, idsOf, markdownOf, mostCopied, paneWhenFiltered} from './chosen-lines.ts';
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
  copy: (controller: Controller) => void copy(controller, hasSelection(controller) ? 'selection' : 'record'),
  'copy-view': (controller: Controller) => void copy(controller, 'view'),
  save(controller: Controller) {
    controller.keepTab();
    openSavePrompt(controller, hasSelection(controller) ? 'selection' : 'view');
  },
  pipe(controller: Controller) {
    if (!controller.tab) return;
    controller.keepTab();
    const what = hasSelection(controller) ? 'selection' : 'view';
    controller.dispatch({
      type: 'prompt',
      prompt: {kind: 'pipe', text: '', suggestion: controller.services.pager, what},
    });
  },
  markdown: (controller: Controller) =>
    void copyMarkdown(controller, hasSelection(controller) ? 'selection' : 'screen'),
  record(controller: Controller) {
    const {tab} = controller;
    if (!tab) return;
    if (tab.source.kind === 'merged') {
      controller.say('a merged log is not recorded: record its pipelines');
      return;
    }
    const stream = controller.services.manager.get(tab.name);
    if (!stream) {
      controller.sayNotOpen();
      return;
    }
    // A preview that closes would end its stream, and so the recording.
    controller.keepTab();
    const isOn = stream.snapshot.get().recording !== undefined;
    stream.setRecording(!isOn);
    controller.say(isOn ? 'no longer recorded' : 'recorded from now on');
  },
};

type Extension = 'log' | 'md';

/** Copies lines as the log has them. Text that is too large is offered for saving. */
export async function copy(controller: Controller, choice: Choice): Promise<void> {
  await withPane(controller, async (at) => {
    const text = await bytesOf(controller, choice, at);
    if (text) await copyText(controller, choice, at, text);
    else {
      const problem = `more than ${byteSize(mostCopied)}: too large for a clipboard; Enter saves it`;
      openSavePrompt(controller, choice, problem);
    }
  });
}

async function copyMarkdown(controller: Controller, choice: Choice): Promise<void> {
  await withPane(controller, async (at) => {
    const isEmpty = readLines(at.model.source.buffer, idsOf(choice, at)).next().done;
    const report = isEmpty ? '' : await markdownOf(controller, choice, at);
    if (report === undefined) {
      controller.say(withHint('too large for Markdown', controller.commands, 'save', 'saves it'));
      return;
    }
    const text = {bytes: Buffer.from(report), lines: report.split('\n').length - 1};
    await copyText(controller, choice, at, text, 'md');
  });
}

/** Keeps the tab and runs an action on its filtered log. Shows an error as a notice. */
async function withPane(controller: Controller, run: (at: PaneAt) => Promise<void>): Promise<void> {
  controller.keepTab();
  try {
    const at = await paneWhenFiltered(controller);
    if (at) await run(at);
  } catch (error) {
    controller.sayFailure(error);
  }
}

async function copyText(
  controller: Controller,
  choice: Choice,
  at: PaneAt,
  {bytes, lines}: {readonly bytes: Uint8Array; readonly lines: number},
  extension: Extension = 'log',
): Promise<void> {
  if (lines === 0) {
    controller.say('nothing to copy here');
    return;
  }
  const answer = await controller.services.copy(bytes, lines, controller.closing);
  const words = copiedWords(answer);
  if (answer.kind === 'too-large') openSavePrompt(controller, choice, `${words}; Enter saves it`, extension);
  else controller.say(extension === 'md' ? `Markdown: ${words}` : words);
  if (answer.kind === 'sent') endSelection(controller, choice, at);
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
  return missing === 0 ? '' : `${counted(missing, 'older line was', 'older lines were')} dropped meanwhile`;
}

function hasSelection(controller: Controller): boolean {
  return controller.tab?.pane.selectedFrom !== undefined;
}

function selectionHint({commands}: Controller): string {
  const uses = [
    ['copy', 'copies'],
    ['save', 'saves'],
    ['pipe', 'pipes'],
    ['markdown', 'Markdown'],
  ] as const;
  return ['move to select', keysDo(commands, uses), keyDoes(commands, 'back', 'ends')].filter(Boolean).join(' · ');
}

/** `S`: saves to a file, as Markdown if its name ends in `.md`. */
export const savePrompt: PromptKind<'save'> = {
  label: ({what, markers, replaces}) =>
    replaces ? 'Enter again replaces ' : `save ${choiceWords(what)}${markers ? ' with markers' : ''} to `,
  example: () => 'a file name',
  keys: ({replaces}) => [
    ['Enter', replaces ? 'replace' : 'save'],
    ['Tab', 'save something else'],
    ['Up', 'earlier names'],
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
  turn(controller, prompt) {
    const choices = choicesOf(controller);
    const at = choices.findIndex(({what, markers}) => what === prompt.what && markers === prompt.markers);
    return {...prompt, ...choices[(at + 1) % choices.length], replaces: false};
  },
  recall: (controller, prompt, by) => recallFrom(controller.services.histories.files, prompt, by),
};

/** `problem`: why the lines are offered for saving. */
function openSavePrompt(controller: Controller, what: Choice, problem?: string, extension?: Extension): void {
  const {tab, pane} = controller;
  if (!tab) return;
  const time = pane?.model.index.timeAt(pane.model.source.buffer.endId - 1) ?? controller.services.clock.wall();
  const suggestion = suggestName(tab.name, time, extension);
  controller.dispatch({
    type: 'prompt',
    prompt: {kind: 'save', text: '', suggestion, what, markers: false, replaces: false, problem},
  });
}

async function save(controller: Controller, prompt: PromptOf<'save'>): Promise<void> {
  const {text, what, markers, replaces} = prompt;
  const isMarkdown = text.trim().endsWith('.md');
  await withPane(controller, async (at) => {
    const tally = newTally();
    const blocks = isMarkdown ? markdownBlocks(controller, what, at) : blocksOf(controller, what, at, {markers, tally});
    const saved = await controller.services.save(text, blocks, {overwrite: replaces, signal: controller.closing});
    switch (saved.kind) {
      case 'saved': {
        const lines = isMarkdown ? 'Markdown' : counted(tally.lines, 'line', 'lines');
        controller.say(joined(`saved ${lines}, ${byteSize(saved.bytes)}, to ${saved.path}`, missingWords(tally)));
        endSelection(controller, what, at);
        return;
      }
      case 'exists': {
        const problem = 'the file exists: Enter replaces it, Esc cancels';
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

async function* markdownBlocks(controller: Controller, what: Choice, at: PaneAt): AsyncGenerator<Buffer> {
  const report = await markdownOf(controller, what, at);
  if (report === undefined) throw new Error('too large for Markdown: save it as .log');
  yield Buffer.from(report);
}

function choicesOf(controller: Controller): readonly {what: Choice; markers: boolean}[] {
  const selection = hasSelection(controller) ? (['selection'] as const) : [];
  return ([...selection, 'view', 'all'] as const).flatMap((what) => [
    {what, markers: false},
    {what, markers: true},
  ]);
}

function choiceWords(what: Choice): string {
  switch (what) {
    case 'record':
      return 'the record';
    case 'selection':
      return 'the selection';
    case 'screen':
      return 'the screen';
    case 'view':
      return 'the view';
    case 'all':
      return 'all';
  }
}

/** In bytes. With time and extension, names stay far below the 255 that file systems allow. */
const longestPipeline = 100;

/** `orders-2026-11-25T120344Z.log`. `at`: Unix time in ms of the last record: a log saved later gets another name. */
export function suggestName(pipeline: string, at: number, extension: Extension = 'log'): string {
  // The name comes from the server.
  const letters = pipeline.replaceAll(/[^\p{L}\p{M}\p{N}._-]+/gu, '_').replace(/^[.-]+/, '');
  // A character that is cut becomes U+FFFD.
  const safe = Buffer.from(letters)
    .toString('utf8', 0, longestPipeline)
    .replace(/\uFFFD$/, '');
  const time = isoTime(at).slice(0, 19).replaceAll(':', '');
  return `${safe || 'pipeline'}-${time}Z.${extension}`;
}

/** `|`: to the pager or another command, which has the terminal until it ends. */
export const pipePrompt: PromptKind<'pipe'> = {
  label: ({what}) => `pipe the ${what} to: `,
  example: () => 'a shell command: less, jq ., grep -v INFO',
  keys: () => [
    ['Enter', 'run'],
    ['Up', 'earlier commands'],
  ],
  submit(controller, prompt) {
    const {text, suggestion} = prompt;
    if (text.trim() === '') return undefined;
    // As in shells, a blank in front keeps it out of the history.
    if (text !== suggestion && !text.startsWith(' ')) controller.services.histories.commands.add(text);
    void pipe(controller, prompt);
    return undefined;
  },
  recall: (controller, prompt, by) => recallFrom(controller.services.histories.commands, prompt, by),
};

async function pipe(controller: Controller, {text, what}: PromptOf<'pipe'>): Promise<void> {
  await withPane(controller, async (at) => {
    const tally = newTally();
    const problem = await controller.services.pipe(text, blocksOf(controller, what, at, {tally}), {
      suspendTerminal: (callback) => controller.terminal.lend(callback),
      signal: controller.closing,
    });
    const words = joined(problem ?? '', missingWords(tally));
    if (words !== '') controller.say(words);
  });
}
