import {showsAbsence} from '../../features/errors/errors-page.ts';
import {chosenInHelp, openHelp, typeInHelp} from '../../features/help/help-page.ts';
import {markHandlers} from '../../features/marks/marks-keys.ts';
import {recordHandlers} from '../../features/record/record-keys.ts';
import {searchHandlers} from '../../features/search/search.ts';
import {copyHandlers} from '../../kit/copy/copy.ts';
import type {Command, Motion} from '../../kit/keys/command.ts';
import type {commands} from '../../kit/keys/command-table.ts';
import {
  closingCommand,
  commandFor,
  commandOf,
  isTyped,
  keyInWords,
  keyOf,
  type PromptCommandId,
  promptCommandFor,
} from '../../kit/keys/commands.ts';
import {isMotion} from '../../kit/keys/common-commands.ts';
import {alt} from '../../kit/keys/key-names.ts';
import {runOnPage} from '../../kit/pages/page-driver.ts';
import {commonHandlers, sayNotOpen} from '../../kit/screen/common.ts';
import {moveHandlers} from '../../kit/screen/move.ts';
import {lackWords} from '../../kit/screen/opened.ts';
import {
  cancelPrompt,
  cyclePrompt,
  editPrompt,
  pasteIntoPrompt,
  recallPrompt,
  submitPrompt,
} from '../../kit/screen/prompts.ts';
import {type Edit, withSuggestion} from '../../kit/state/edit-line.ts';
import {type Prompt, promptBelow, promptInUse} from '../../kit/state/view-state.ts';
import type {Controller} from './controller.ts';
import {listHandlers, moveInList} from './handlers/list.ts';
import {showHandlers} from './handlers/show.ts';

/** Presses keys of one read, in order. Those after a key that opens a prompt are for the prompt. */
export function pressKeys(controller: Controller, names: readonly string[]): void {
  if (!showsAbsence(controller)) pressAll(controller, names);
}

/** Pasted text, which never acts as keys; after an absence it only shows what happened, as a key does. */
export function paste(controller: Controller, text: string): void {
  if (!showsAbsence(controller)) pasteIntoPrompt(controller, text);
}

function pressAll(controller: Controller, names: readonly string[]): void {
  for (let at = 0; at < names.length; ) {
    const typed = promptInUse(controller.state) ? typedFrom(names, at) : [];
    // Typed in one read, it is one change: a search starts once.
    if (typed.length > 0) type(controller, typed.join(''));
    else press(controller, names[at] ?? '');
    at += Math.max(1, typed.length);
  }
}

function type(controller: Controller, text: string): void {
  controller.together(() => editPrompt(controller, {kind: 'insert', text}));
}

/** The characters that were typed from `at` on. */
function typedFrom(names: readonly string[], at: number): readonly string[] {
  const characters = names.slice(at).map((name) => (name === 'Space' ? ' ' : name));
  const end = characters.findIndex((name) => [...name].length !== 1);
  return end === -1 ? characters : characters.slice(0, end);
}

function press(controller: Controller, name: string): void {
  controller.together(() => pressOne(controller, name));
}

function pressOne(controller: Controller, name: string): void {
  if (promptInUse(controller.state)) pressInPrompt(controller, name);
  else if (name.startsWith(alt)) {
    // No command has Alt: these were two keys in one read, as on a slow line.
    pressAll(controller, ['Esc', ...[name.slice(alt.length)].filter((key) => key !== '')]);
  } else if (!pressInHelp(controller, name)) runCommand(controller, name);
}

/** A key that a prompt does not use does nothing there. */
function pressInPrompt(controller: Controller, name: string): void {
  const id = promptCommandFor(name);
  if (id === undefined) return;
  const handler = promptHandlers[id];
  if (typeof handler === 'function') handler(controller, name);
  else editPrompt(controller, handler);
}

const promptHandlers: Readonly<Record<PromptCommandId, Edit | Handler>> = {
  submit: submitPrompt,
  cancel: cancelPrompt,
  help: openHelp,
  interrupt(controller, keyName) {
    cancelPrompt(controller);
    // The first press of the command that quits at the second.
    if (commandFor(controller.commands, controller.keyContext, keyName) === 'interrupt')
      runCommand(controller, keyName);
  },
  older: (controller) => void recallPrompt(controller, 1),
  newer: (controller) => void recallPrompt(controller, -1),
  cycle: cyclePrompt,
  start: {kind: 'move', to: 'start'},
  end: {kind: 'move', to: 'end'},
  previous: {kind: 'move', to: 'previous'},
  next: {kind: 'move', to: 'next'},
  'previous-word': {kind: 'move', to: 'previous-word'},
  'next-word': {kind: 'move', to: 'next-word'},
  'delete-previous'(controller) {
    if (isEmpty(controller.state.prompt)) cancelPrompt(controller);
    else editPrompt(controller, {kind: 'delete', to: 'previous'});
  },
  'delete-next': {kind: 'delete', to: 'next'},
  'delete-next-or-cancel'(controller) {
    const {prompt} = controller.state;
    // Held to delete the whole text, it must not leave, as in readline.
    const hasDeleted = prompt?.last?.kind === 'delete' && prompt.last.to === 'next';
    if (isEmpty(prompt) && !hasDeleted) cancelPrompt(controller);
    else editPrompt(controller, {kind: 'delete', to: 'next'});
  },
  'kill-start': {kind: 'kill', to: 'start'},
  'kill-end': {kind: 'kill', to: 'end'},
  'kill-blank-word': {kind: 'kill', to: 'previous-blank-word'},
  'kill-previous-word': {kind: 'kill', to: 'previous-word'},
  'kill-next-word': {kind: 'kill', to: 'next-word'},
  yank: {kind: 'yank'},
};

/** Neither text nor a suggestion. */
function isEmpty(prompt: Prompt | undefined): boolean {
  return !prompt || withSuggestion(prompt).text === '';
}

/** What edits the text of the help, besides characters. */
const helpEdits: Readonly<Record<string, Edit>> = {
  Space: {kind: 'insert', text: ' '},
  Backspace: {kind: 'delete', to: 'previous'},
  '^U': {kind: 'kill', to: 'start'},
  '^W': {kind: 'kill', to: 'previous-blank-word'},
};

/** Types into the help. Returns false for a key that does not type, or is a command there. */
function pressInHelp(controller: Controller, name: string): boolean {
  const {commands, keyContext, state} = controller;
  if (keyContext !== 'help') return false;
  // The key that opened it from a prompt closes it, whatever key the user gave the help elsewhere.
  if (promptBelow(state) && promptCommandFor(name) === 'help') {
    controller.dispatch({type: 'page', page: state.page?.under});
    return true;
  }
  if (commandFor(commands, keyContext, name) !== undefined) return false;
  const edit = helpEdits[name] ?? (isTyped(commands, name) ? {kind: 'insert' as const, text: name} : undefined);
  if (edit) typeInHelp(controller, edit);
  return edit !== undefined;
}

/** Runs the command under the cursor of the help where its keys work: the side that they need gets the focus. */
function runChosen(controller: Controller): void {
  const chosen = chosenInHelp(controller);
  if (chosen === undefined) return;
  if (typeof chosen === 'string') {
    controller.say(chosen);
    return;
  }
  const {context, keys, notOnPages, notInList} = chosen;
  controller.dispatch({type: 'page', page: controller.state.page?.under});
  const isOfPane = context === 'list' || context === 'log';
  if (isOfPane || notOnPages) controller.dispatch({type: 'page', page: undefined});
  if (context === 'log') controller.tabSwitcher.settleCursor();
  if (context === 'list' && controller.state.listHidden) controller.dispatch({type: 'toggle-list'});
  // In the list, most keys of the log act on the log, too.
  if (context === 'list' || notInList) {
    controller.dispatch({type: 'focus', side: context === 'list' ? 'list' : 'log'});
  }
  run(controller, chosen, keys[0] ?? '');
}

function runCommand(controller: Controller, keyName: string): void {
  const {state} = controller;
  if (state.notice !== undefined) controller.clearNotice();
  const command = commandOf(controller.commands, controller.keyContext, keyName);
  if (state.asked !== undefined && command?.id !== state.asked) {
    controller.dispatch({type: 'asked', command: undefined});
  }
  if (command?.context === 'log' && controller.keyContext === 'list') runOnShownLog(controller, command, keyName);
  else if (command) run(controller, command, keyName);
  else sayUnused(controller, keyName);
}

function run(controller: Controller, command: Command, keyName: string): void {
  const why = lackWords(controller, command);
  if (why !== undefined) controller.say(why);
  else if (command.id === 'help-run') runChosen(controller);
  else if (command.context === 'list' && isMotion(command.does)) moveInList(controller, command.does);
  else if (!runOnPage(controller, command, keyName)) byId.get(command.id)?.(controller, keyName);
}

/** Of a key that a page covers, where it works; of any other that it has no effect. */
function sayUnused(controller: Controller, keyName: string): void {
  const {commands, keyContext, state} = controller;
  const key = keyInWords(keyName);
  const covered = state.page && commandOf(commands, state.focus, keyName);
  const closing = covered && closingCommand(commands, keyContext);
  if (!closing) {
    // There its key closes the list.
    if (keyContext === 'help') controller.say(`${key} has no effect here`);
    else controller.sayHint(`${key} has no effect here`, 'help', 'list the keys');
    return;
  }
  controller.sayHint(`${key} works in the ${covered.context === 'list' ? 'list' : 'log'}`, closing, 'close this page');
}

/** A key that the list does not use acts on the log shown, which is that of the cursor. The list keeps the focus. */
function runOnShownLog(controller: Controller, command: Command, keyName: string): void {
  const {commands} = controller;
  controller.tabSwitcher.settleCursor();
  if (controller.tab === undefined) {
    controller.sayHint('no log is open', 'open-tab', 'show the one under the cursor');
    return;
  }
  if (command.notInList) {
    const way = keyOf(commands, 'other-side');
    controller.say(`this works in the log${way === undefined ? '' : `: press ${way}, then ${keyInWords(keyName)}`}`);
    return;
  }
  const before = controller.state;
  run(controller, command, keyName);
  if (controller.pane === undefined && controller.state === before) sayNotOpen(controller);
}

/** `keyName`: some commands have a different effect for each of their keys, such as the numbers of the tabs. */
type Handler = (controller: Controller, keyName: string) => void;

/** The commands that open no page, and move no cursor: those are of any page or list. */
type OwnId = Exclude<(typeof commands)[number], {readonly opens: string} | {readonly does: Motion}>['id'];

/** Every command of list and log has one: the compiler checks that. Those of pages are in their files. */
const handlers: Readonly<Record<OwnId, Handler>> = {
  ...commonHandlers,
  ...listHandlers,
  ...moveHandlers,
  ...searchHandlers,
  ...showHandlers,
  ...copyHandlers,
  ...markHandlers,
  ...recordHandlers,
};

const byId = new Map<string, Handler>(Object.entries(handlers));
