import {clean} from '../../terminal/clean.ts';
import {padTo, shorten} from '../../terminal/fit.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import type {Symbols} from '../../terminal/symbols.ts';
import {textWidth} from '../../terminal/width.ts';
import {type Contexts, shownContexts} from '../services.ts';
import {closePages, openPage, type Page} from './page.ts';
import {listPage, type PageRows, paragraph} from './page-rows.ts';

/** Cells in front of a name and behind it: cursor, colour, blanks. */
const aroundName = 8;

type ContextsView = {
  readonly contexts: Contexts | undefined;
  readonly cursor: number;
  readonly width: number;
  readonly symbols: Symbols;
};

/** The contexts of the configuration: colour, name, host; the current one is marked. Without any, how to make them. */
export const contextsPage: Page = {
  ...{kind: 'contexts', context: 'contexts', where: 'in the list of contexts', motions: 'items'},
  hidesLog: true,
  keys: {
    ...{context: 'contexts', group: 'contexts', motions: 'items', close: ['q', 'C']},
    needs: 'server',
    own: [
      {
        id: 'contexts-go',
        keys: ['Enter'],
        help: 'switch to that server; the tabs here come back next time',
        hint: {hasRow: 'go there'},
      },
    ],
  },
  open(controller) {
    const {all, current} = controller.services.contexts ?? {all: [], current: undefined};
    const cursor = Math.max(
      0,
      all.findIndex(({name}) => name === current),
    );
    openPage(controller, contextsPage, {}, {cursor});
  },
  rows({services: {contexts, symbols}}, {cursor}, {width}) {
    return contextRows({contexts, cursor: cursor ?? 0, width, symbols});
  },
  run: {
    'contexts-go'(controller, {cursor}) {
      const {contexts} = controller.services;
      const chosen = contexts?.all[cursor ?? 0];
      if (!contexts || !chosen || chosen.name === contexts.current) {
        closePages(controller);
        return;
      }
      controller.say(`switching to ${chosen.name}`);
      void contexts.switchTo(chosen.name).then((problem) => {
        if (problem !== undefined) controller.say(problem, 'failure');
      });
    },
  },
};

export function contextRows({contexts, cursor, width, symbols}: ContextsView): PageRows {
  const title = plain(' Contexts', {bold: true});
  if (!contexts || contexts.all.length === 0) return [title, plain(''), ...howToMake(contexts, width)];
  const names = shownContexts(contexts.all, symbols);
  const cells = Math.max(...names.map(textWidth));
  return listPage({
    title,
    items: contexts.all,
    rowOf({name, host, color}, index) {
      const current = name === contexts.current ? '  current' : '';
      const hostCells = width - cells - aroundName - current.length;
      return concat([
        plain('  ', color === undefined ? {} : {bg: color}),
        plain(' '),
        padTo(plain(names[index] ?? '', index === cursor ? {bold: true} : {}), cells),
        plain(`  ${shorten(clean(host), hostCells, symbols.ellipsis)}`, {dim: true}),
        plain(current, {bold: true}),
      ]);
    },
    ...{cursor, width, symbols},
  });
}

function howToMake(contexts: Contexts | undefined, width: number): readonly StyledText[] {
  const prose = (text: string) => paragraph(text, width, {indent: 2});
  const example = [
    '[contexts.prod]',
    'host = "https://feldera.example.com"',
    'auth-variable = "PROD_KEY"',
    'color = "red"',
  ];
  const where = contexts?.file ?? 'the configuration file';
  return [
    ...prose(
      `There are no contexts yet. A context in ${where} names a server, its credential and a colour for the header:`,
    ),
    plain(''),
    ...example.map((line) => plain(`    ${line}`, {dim: true})),
    plain(''),
    ...prose('pipetail config init writes a file that explains every option.'),
  ];
}
