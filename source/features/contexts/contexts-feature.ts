import {closePages, openPage} from '../../kit/pages/page.ts';
import {listPage, type PageRows, paragraph} from '../../kit/pages/page-rows.ts';
import type {Feature, Page} from '../../kit/screen/screen.ts';
import {type Contexts, shownContexts} from '../../kit/screen/services.ts';
import {padTo, shorten} from '../../kit/terminal/fit.ts';
import {concat, plain, type StyledText} from '../../kit/terminal/styled-text.ts';
import type {Symbols} from '../../kit/terminal/symbols.ts';
import {clean} from '../../lib/clean.ts';
import {textWidth} from '../../lib/width.ts';

/** Cells in front of a name and behind it: cursor, colour, blanks. */
const aroundName = 8;

type ContextsView = {
  readonly contexts: Contexts | undefined;
  readonly cursor: number;
  readonly width: number;
  readonly symbols: Symbols;
};

/** The contexts of the configuration: colour, name, host; the current one is marked. Without any, how to make them. */
const contextsPage: Page = {
  kind: 'contexts',
  context: 'contexts',
  where: 'in the list of contexts',
  motions: 'items',
  hidesLog: true,
  keys: {
    context: 'contexts',
    group: 'contexts',
    motions: 'items',
    close: ['q', 'C'],
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
  open(screen) {
    const {all, current} = screen.services.contexts ?? {all: [], current: undefined};
    const cursor = Math.max(
      0,
      all.findIndex(({name}) => name === current),
    );
    openPage(screen, contextsPage, {}, {cursor});
  },
  rows({services: {contexts, symbols}}, {cursor}, {width}) {
    return contextRows({contexts, cursor: cursor ?? 0, width, symbols});
  },
  run: {
    'contexts-go'(screen, {cursor}) {
      const {contexts} = screen.services;
      const chosen = contexts?.all[cursor ?? 0];
      if (!contexts || !chosen || chosen.name === contexts.current) {
        closePages(screen);
        return;
      }
      screen.say(`switching to ${chosen.name}`);
      void contexts.switchTo(chosen.name).then((problem) => {
        if (problem !== undefined) screen.say(problem, 'failure');
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
    cursor,
    width,
    symbols,
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

export const contexts: Feature = {
  keys: {
    everywhere: [
      {
        id: 'contexts',
        needs: 'server',
        opens: 'contexts',
        keys: ['C'],
        help: 'contexts: switch to another server',
        hint: {hasContexts: 'other server'},
      },
    ],
  },
  pages: [contextsPage],
};
