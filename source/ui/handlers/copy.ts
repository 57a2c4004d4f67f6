import {newTally, readLines} from '../../buffer/copy-lines.ts';
import {byteSize, counted, isoTime} from '../../lib/format.ts';
import {currentOf, hold} from '../../viewport/position.ts';
import type {Controller} from '../controller.ts';
import {keyDoes, keysDo, withHint} from '../keys/commands.ts';
import type {PaneAt} from '../pane/pane-at.ts';
import type {Choice} from '../state/view-state.ts';
import {
  blocksOf,
  bytesOf,
  copiedWords,
  idsOf,
  markdownOf,
  missingWords,
  mostCopied,
  paneWhenFiltered,
} from './chosen-lines.ts';
import type {PromptKind, PromptOf} from './prompt-kind.ts';

/** Commands that take something out of the log: to the clipboard, a file, a command; and the user's own marks. */
export const takeHandlers = {
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
    controller.dispatch({type: 'prompt', prompt: {kind: 'pipe', text: controller.services.pager, what}});
  },
  markdown: (controller: Controller) =>
    void copyMarkdown(controller, hasSelection(controller) ? 'selection' : 'screen'),
  mark(controller: Controller) {
    const at = controller.paneAt;
    if (!at || at.current === undefined) return;
    const head = at.model.index.headOf(at.current);
    const marks = new Set(at.tab.pane.marks);
    if (!marks.delete(head)) marks.add(head);
    controller.changePane({position: hold(at.tab.pane.position, at.geometry), marks});
  },
  'next-mark': (controller: Controller) => goToMark(controller, 'next'),
  'previous-mark': (controller: Controller) => goToMark(controller, 'previous'),
  record(controller: Controller) {
    const {pane} = controller;
    if (!pane) return;
    const stream = controller.services.manager.get(pane.tab.name);
    if (!stream) {
      controller.say('a merged log is not recorded: record its pipelines');
      return;
    }
    // The stream of a preview ends with it, and so would the recording.
    controller.keepTab();
    const isOn = stream.snapshot.get().recording !== undefined;
    stream.setRecording(!isOn);
    controller.say(isOn ? 'no longer recorded' : 'recorded from now on');
  },
  'list-marks'(controller: Controller) {
    const at = controller.paneAt;
    if (!at) return;
    if (marksOf(at).length === 0) controller.say(noMarks(controller));
    else controller.dispatch({type: 'page', page: {kind: 'marks', offset: 0, cursor: 0}});
  },
};

/** Heads of the marked records that are still held, in order. */
export function marksOf({tab, model}: Pick<PaneAt, 'tab' | 'model'>): readonly number[] {
  const {firstId} = model.source.buffer;
  return [...tab.pane.marks].filter((id) => id >= firstId).sort((a, b) => a - b);
}

/** Copies what is chosen, as the log has it, and says what became of it. What is too large is offered for saving. */
export async function copy(controller: Controller, choice: Choice): Promise<void> {
  await take(controller, async (at, signal) => {
    const taken = await bytesOf(choice, at, {clock: controller.services.clock, signal});
    if (!taken) {
      openSavePrompt(
        controller,
        choice,
        `more than ${byteSize(mostCopied)}: too large for a clipboard; Enter saves it`,
      );
      return;
    }
    if (taken.lines === 0) {
      controller.say('nothing to copy here');
      return;
    }
    const answer = await controller.services.copy(taken.bytes, taken.lines, signal);
    if (answer.kind === 'too-large') {
      openSavePrompt(controller, choice, `${copiedWords(answer)}; Enter saves it`);
      return;
    }
    controller.say(copiedWords(answer));
    if (answer.kind === 'sent') endSelection(controller, choice, at);
  });
}

async function copyMarkdown(controller: Controller, choice: Choice): Promise<void> {
  await take(controller, async (at, signal) => {
    if (readLines(at.model.source.buffer, idsOf(choice, at)).next().done) {
      controller.say('nothing to copy here');
      return;
    }
    const evidence = await markdownOf(controller, choice, at, signal);
    if (!evidence) {
      controller.say(withHint('too large for Markdown', controller.commands, 'save', 'saves it'));
      return;
    }
    const text = Buffer.from(evidence);
    const answer = await controller.services.copy(text, evidence.split('\n').length - 1, signal);
    if (answer.kind === 'too-large') {
      openSavePrompt(controller, choice, `${copiedWords(answer)}; Enter saves it`, 'md');
      return;
    }
    controller.say(`Markdown: ${copiedWords(answer)}`);
    if (answer.kind === 'sent') endSelection(controller, choice, at);
  });
}

/** What was taken need not be selected any more; what could not be taken still has to be. */
function endSelection(controller: Controller, choice: Choice, {tab}: PaneAt): void {
  if (choice === 'selection') controller.changePaneOf(tab.name, {selectedFrom: undefined});
}

/** Runs something that takes a while; what fails is said. */
async function take(controller: Controller, run: (at: PaneAt, signal: AbortSignal) => Promise<void>): Promise<void> {
  controller.keepTab();
  try {
    const at = await paneWhenFiltered(controller);
    if (at) await run(at, controller.closing);
  } catch (error) {
    controller.sayFailure(error);
  }
}

function hasSelection(controller: Controller): boolean {
  return controller.tab?.pane.selectedFrom !== undefined;
}

function noMarks({commands}: Controller): string {
  return withHint('no marks', commands, 'mark', 'marks a record');
}

function selectionHint({commands}: Controller): string {
  const takes = [
    ['copy', 'copies'],
    ['save', 'saves'],
    ['pipe', 'pipes'],
    ['markdown', 'Markdown'],
  ] as const;
  return ['move to select', keysDo(commands, takes), keyDoes(commands, 'back', 'ends')].filter(Boolean).join(' · ');
}

function goToMark(controller: Controller, direction: 'next' | 'previous'): void {
  const at = controller.paneAt;
  if (!at) return;
  const marks = marksOf(at);
  const {entries} = at.geometry;
  const current = at.model.index.headOf(at.current ?? 0);
  // For a mark that a filter hides stands the row that is gone to.
  const place = (id: number) =>
    (at.model.shown?.includes(id) ?? true) ? id : (entries.atOrAfter(id) ?? entries.atOrBefore(id) ?? id);
  const near =
    direction === 'next' ? marks.find((id) => place(id) > current) : marks.findLast((id) => place(id) < current);
  const mark = near ?? (direction === 'next' ? marks[0] : marks.at(-1));
  if (mark === undefined) controller.say(noMarks(controller));
  else controller.goToEntry(mark);
}

/** `S`: to a file. A name that ends in `.md` saves Markdown evidence. */
export const savePrompt: PromptKind<'save'> = {
  label: ({what, markers, replaces}) =>
    replaces ? 'Enter again replaces ' : `save ${choiceWords(what)}${markers ? ' with markers' : ''} to `,
  example: 'a file name',
  keys: ({replaces}) => [
    ['Enter', replaces ? 'replace' : 'save'],
    ['Tab', 'save something else'],
    ['^U', 'clear'],
  ],
  // Another name is another file, which may exist too.
  change(controller, prompt) {
    if (prompt.replaces) controller.dispatch({type: 'prompt', prompt: {...prompt, replaces: false}});
  },
  submit(controller, prompt) {
    if (prompt.text.trim() === '') return 'type a file name';
    void save(controller, prompt);
    return undefined;
  },
  turn(controller, prompt) {
    const choices = choicesOf(controller);
    const at = choices.findIndex(({what, markers}) => what === prompt.what && markers === prompt.markers);
    return {...prompt, ...choices[(at + 1) % choices.length], replaces: false};
  },
};

/** Asks where to save to; `problem` says why it is asked. */
function openSavePrompt(controller: Controller, what: Choice, problem?: string, extension?: 'md'): void {
  const at = controller.paneAt;
  if (!at) return;
  const {buffer, name} = at.model.source;
  const time = at.model.index.timeAt(buffer.endId - 1) ?? controller.services.clock.wall();
  const text = suggestName(name, time, extension);
  controller.dispatch({type: 'prompt', prompt: {kind: 'save', text, what, markers: false, replaces: false, problem}});
}

async function save(controller: Controller, prompt: PromptOf<'save'>): Promise<void> {
  const {services, closing: signal} = controller;
  const {text, what, markers, replaces} = prompt;
  const tally = newTally();
  const isMarkdown = text.trim().endsWith('.md');
  try {
    const at = await paneWhenFiltered(controller);
    if (!at) return;
    const blocks = isMarkdown
      ? markdownBlocks(controller, what, at)
      : blocksOf(what, at, {clock: services.clock, signal, markers, tally});
    const saved = await services.save(text, blocks, {overwrite: replaces, signal});
    switch (saved.kind) {
      case 'saved': {
        const lines = isMarkdown ? 'Markdown' : counted(tally.lines, 'line', 'lines');
        const words = [`saved ${lines}, ${byteSize(saved.bytes)}, to ${saved.path}`, missingWords(tally)];
        controller.say(words.filter((part) => part !== '').join(' · '));
        if (what === 'selection') controller.changePaneOf(at.tab.name, {selectedFrom: undefined});
        return;
      }
      case 'exists':
        controller.dispatch({
          type: 'prompt',
          prompt: {...prompt, replaces: true, problem: 'the file exists: Enter replaces it, Esc cancels'},
        });
        return;
      case 'failed':
        controller.dispatch({type: 'prompt', prompt: {...prompt, problem: saved.why}});
        return;
      case 'stopped':
        return;
    }
  } catch (error) {
    controller.sayFailure(error);
  }
}

async function* markdownBlocks(controller: Controller, what: Choice, at: PaneAt): AsyncGenerator<Buffer> {
  const evidence = await markdownOf(controller, what, at, controller.closing);
  if (evidence === undefined) throw new Error('too large for Markdown: save it as .log');
  yield Buffer.from(evidence);
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

/** Room for the folder, the time and an extension within the 255 bytes that file systems allow a name. */
const longestPipeline = 100;

/**
 * A file name for what is taken from a log: `orders-2026-11-25T120344Z.log`. `at` is the time of the last record, in
 * wall milliseconds, so that the same log saved later gets another name. Safe in every file system: a pipeline's name
 * comes from the server.
 */
export function suggestName(pipeline: string, at: number, extension: 'log' | 'md' = 'log'): string {
  const safe = pipeline
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[.-]+/, '')
    .slice(0, longestPipeline);
  const time = isoTime(at).slice(0, 19).replaceAll(':', '');
  return `${safe || 'pipeline'}-${time}Z.${extension}`;
}

/** `|`: to the pager or any other command, which gets the terminal until it ends. */
export const pipePrompt: PromptKind<'pipe'> = {
  label: ({what}) => `pipe the ${what} to: `,
  example: 'a shell command: less, jq ., grep -v INFO',
  keys: () => [
    ['Enter', 'run'],
    ['^U', 'clear'],
  ],
  submit(controller, prompt) {
    if (prompt.text.trim() !== '') void pipe(controller, prompt);
    return undefined;
  },
};

async function pipe(controller: Controller, {text, what}: PromptOf<'pipe'>): Promise<void> {
  const {terminal, closing: signal, services} = controller;
  const tally = newTally();
  try {
    const at = await paneWhenFiltered(controller);
    if (!at) return;
    const blocks = blocksOf(what, at, {clock: services.clock, signal, tally});
    const problem = await services.pipe(text, blocks, {
      suspendTerminal: (callback) => terminal.lend(callback),
      signal,
    });
    const words = [problem ?? '', missingWords(tally)].filter((part) => part !== '');
    if (words.length > 0) controller.say(words.join(' · '));
  } catch (error) {
    controller.sayFailure(error);
  }
}
