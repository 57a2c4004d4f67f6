import {clip, padTo, shorten, wrapWords} from '../../terminal/fit.ts';
import {sanitise} from '../../terminal/sanitise.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Symbols} from '../../terminal/symbols.ts';
import {textWidth} from '../../terminal/width.ts';
import type {Controller} from '../controller.ts';
import {moveCursor} from '../layout.ts';
import type {Contexts, ServerContext} from '../services.ts';

/** Rows above the first context. */
const contextsHeading = 2;
/** Cells in front of a name and behind it: cursor, colour, blanks. */
const aroundName = 8;
/** A name is not wider on the page, nor in the header. */
const mostNameCells = 24;

type ContextsView = {
  readonly contexts: Contexts | undefined;
  /** The row under the cursor. */
  readonly cursor: number;
  readonly width: number;
  readonly symbols: Symbols;
};

/** The contexts that the configuration has, a row each: name, host, colour; the one in force is marked. */
export function contextsPage({contexts, cursor, width, symbols}: ContextsView): readonly StyledText[] {
  const heading = padTo(plain(' Contexts', {bold: true}), width);
  if (!contexts || contexts.all.length === 0) return [heading, plain(''), ...howToMake(contexts, width)];
  const names = contexts.all.map(({name}) => shownName(name, symbols));
  const cells = Math.max(...names.map(textWidth));
  const rows = contexts.all.map((context, row) => {
    const isCursor = row === cursor;
    const name = padTo(plain(names[row] ?? '', isCursor ? {bold: true} : {}), cells);
    const inForce = context.name === contexts.inForce ? '  in force' : '';
    const host = sanitise(context.host).text;
    const line = concat([
      plain(` ${isCursor ? symbols.currentLine : ' '} `, {bold: true}),
      ...swatch(context),
      plain(' '),
      name,
      plain(`  ${shorten(host, width - cells - aroundName - inForce.length, symbols.ellipsis)}`, {dim: true}),
      plain(inForce, {bold: true}),
    ]);
    return clip(line, 0, width);
  });
  return [heading, plain(''), ...rows];
}

/** The name of a context in few cells. */
export function shownName(name: string, symbols: Symbols): string {
  return shorten(sanitise(name).text, mostNameCells, symbols.ellipsis);
}

/** Two cells of the colour that fills the header; blanks where there is none. */
function swatch({color}: ServerContext): readonly StyledText[] {
  return [plain('  ', color === undefined ? {} : {bg: color})];
}

function howToMake(contexts: Contexts | undefined, width: number): readonly StyledText[] {
  const room = Math.max(10, width - 4);
  const prose = (text: string) => wrapWords(text, room).map((line) => plain(`  ${line}`));
  const example = [
    '[contexts.prod]',
    'host = "https://feldera.example.com"',
    'auth-variable = "PROD_KEY"',
    'color = "red"',
  ];
  const where = contexts?.file === undefined ? 'the configuration file' : sanitise(contexts.file).text;
  return [
    ...prose(`There are none yet. In ${where} a context names a server, its credential and a colour for the header:`),
    plain(''),
    ...example.map((line) => plain(`    ${line}`, {dim: true})),
    plain(''),
    ...prose('pipetail config init writes a file in which every option is explained; config check looks for mistakes.'),
  ];
}

/** Commands of the list of contexts. */
export const contextsHandlers = {
  contexts(controller: Controller) {
    if (controller.state.page?.kind === 'contexts') {
      controller.dispatch({type: 'page', page: undefined});
      return;
    }
    const {all, inForce} = controller.services.contexts ?? {all: [], inForce: undefined};
    const cursor = Math.max(
      0,
      all.findIndex(({name}) => name === inForce),
    );
    show(controller, {offset: 0, cursor}, 0);
  },
  'contexts-up': (controller: Controller) => move(controller, -1),
  'contexts-down': (controller: Controller) => move(controller, 1),
  'contexts-go'(controller: Controller) {
    const {page} = controller.state;
    if (page?.kind !== 'contexts') return;
    const {contexts} = controller.services;
    const chosen = contexts?.all[page.cursor];
    if (!contexts || !chosen || chosen.name === contexts.inForce) {
      controller.dispatch({type: 'page', page: undefined});
      return;
    }
    controller.say(`going to ${chosen.name}`);
    void contexts.switchTo(chosen.name).then((problem) => {
      if (problem !== undefined) controller.say(problem);
    });
  },
  'contexts-close': (controller: Controller) => controller.dispatch({type: 'page', page: undefined}),
};

function move(controller: Controller, by: number): void {
  const {page} = controller.state;
  if (page?.kind === 'contexts') show(controller, page, by);
}

function show(controller: Controller, from: {readonly offset: number; readonly cursor: number}, by: number): void {
  const rows = controller.services.contexts?.all.length ?? 0;
  const moved = moveCursor(from, by, {rows, heading: contextsHeading, height: controller.pageHeight});
  controller.dispatch({type: 'page', page: {kind: 'contexts', ...moved}});
}
