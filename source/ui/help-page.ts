import {padTo} from '../terminal/clip.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import type {Command} from './command.ts';
import {arrowsInWords, commandGroups, keysShown} from './commands.ts';
import {wrapWords} from './wrap-words.ts';

const keyColumn = 15;
/** Fewer cells make most of the help wrap. */
const narrowestColumn = 50;
const mostColumns = 3;

/** The keys, from the table that also dispatches them: in columns where there is room, to be read one after the other. */
export function helpPage(width: number, isUtf8: boolean): readonly StyledText[] {
  const heading = [plain(' Keys', {bold: true}), plain('')];
  const columns = Math.max(1, Math.min(mostColumns, Math.floor(width / narrowestColumn)));
  const cells = Math.floor(width / columns);
  const made = inColumns(
    commandGroups().map(({group, commands}) => block(group, commands, {width: cells, isUtf8})),
    columns,
  );
  const rows = Math.max(...made.map((column) => column.length));
  return [
    ...heading,
    ...Array.from({length: rows}, (_, row) => concat(made.map((column) => padTo(column[row] ?? plain(''), cells)))),
  ];
}

/** Blocks in at most so many columns, in their order, the longest column as short as can be. */
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

function block(
  group: string,
  commands: readonly Command[],
  {width, isUtf8}: {width: number; isUtf8: boolean},
): readonly StyledText[] {
  const rows = commands.flatMap((command) => {
    const keys = isUtf8 ? keysShown(command) : arrowsInWords(keysShown(command));
    const room = Math.max(10, width - keyColumn - 3);
    return wrapWords(command.help, room).map((line, index) =>
      concat([
        plain('  '),
        plain((index === 0 ? keys : '') + ' '.repeat(Math.max(1, keyColumn - (index === 0 ? textWidth(keys) : 0))), {
          bold: true,
        }),
        plain(line),
      ]),
    );
  });
  return [plain(` ${group}`, {fg: 6}), ...rows];
}
