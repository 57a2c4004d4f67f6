import {padTo, wrapWords} from '../../terminal/fit.ts';
import {concat, plain, type StyledText} from '../../terminal/styled-text.ts';
import {textWidth} from '../../terminal/width.ts';
import {allCommands, type CommandTable, type KeyRow, keyGroups, keysShown} from '../keys/commands.ts';

const keyColumn = 15;
/** Fewer cells make most of the help wrap. */
const narrowestColumn = 50;
const mostColumns = 3;

export type HelpView = {
  readonly table: CommandTable;
  readonly width: number;
  readonly isUtf8: boolean;
};

/** All keys by group, in as many columns as there is room for. The default keys of a changed command are shown, too. */
export function helpPage({table, width, isUtf8}: HelpView): readonly StyledText[] {
  const heading = [plain(' Keys', {bold: true}), plain('')];
  const columns = Math.max(1, Math.min(mostColumns, Math.floor(width / narrowestColumn)));
  const cells = Math.floor(width / columns);
  const made = inColumns(
    keyGroups(table).map(({group, commands}) => block(group, commands, {width: cells, isUtf8})),
    columns,
  );
  const rows = Math.max(...made.map((column) => column.length));
  return [
    ...heading,
    ...Array.from({length: rows}, (_, row) => concat(made.map((column) => padTo(column[row] ?? plain(''), cells)))),
  ];
}

/** Distributes blocks, in their order, over `columns` columns at most; the longest column is as short as possible. */
function inColumns(blocks: readonly (readonly StyledText[])[], columns: number): readonly (readonly StyledText[])[] {
  for (let most = Math.max(...blocks.map((each) => each.length)); ; most++) {
    const made: StyledText[][] = [];
    for (const each of blocks) {
      const last = made.at(-1);
      if (last && last.length + 1 + each.length <= most) last.push(plain(''), ...each);
      else made.push([...each]);
    }
    if (made.length <= columns) return made;
  }
}

type BlockSize = {readonly width: number; readonly isUtf8: boolean};

function block(group: string, commands: readonly KeyRow[], size: BlockSize): readonly StyledText[] {
  return [plain(` ${group}`, {fg: 6}), ...commands.flatMap((command) => entry(command, size))];
}

/** A command: its keys, and what it does beside them; below them where the keys need more than their column. */
function entry(command: KeyRow, {width, isUtf8}: BlockSize): readonly StyledText[] {
  const shown = (each: Pick<KeyRow, 'keys'>) => keysShown(each, isUtf8);
  const keys = shown(command);
  const room = Math.max(10, width - keyColumn - 3);
  const before = defaultKeys(command, shown);
  const beside = [
    ...wrapWords(command.help, room).map((line) => plain(line)),
    ...(before === undefined ? [] : wrapWords(before, room).map((line) => plain(line, {dim: true}))),
  ];
  const row = (left: string, right: StyledText) =>
    concat([plain('  '), plain(left + ' '.repeat(Math.max(1, keyColumn - textWidth(left))), {bold: true}), right]);
  if (textWidth(keys) < keyColumn) return beside.map((line, index) => row(index === 0 ? keys : '', line));
  const keyRows = wrapWords(keys, width - 3).map((line) => concat([plain('  '), plain(line, {bold: true})]));
  return [...keyRows, ...beside.map((line) => row('', line))];
}

/** Undefined: the command has its default keys. */
function defaultKeys(command: KeyRow, shown: (each: KeyRow) => string): string | undefined {
  const before = allCommands.find(({id}) => id === command.id);
  if (!before || before.keys === command.keys) return undefined;
  const isSame = before.keys.length === command.keys.length && before.keys.every((key, at) => command.keys[at] === key);
  return isSame ? undefined : `default: ${shown(before)}`;
}
