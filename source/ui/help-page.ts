import {padTo} from '../terminal/clip.ts';
import {concat, plain, type StyledText} from '../terminal/styled-text.ts';
import {textWidth} from '../terminal/width.ts';
import {type Command, commandGroups, keysShown} from './commands.ts';
import {wrapWords} from './wrap-words.ts';

const keyColumn = 15;

/** The keys, from the table that also dispatches them: in two columns where there is room. */
export function helpPage(width: number): readonly StyledText[] {
  const heading = [plain(' Keys', {bold: true}), plain('')];
  const blocks = commandGroups().map(
    ({group, commands}) =>
      (columnWidth: number) =>
        block(group, commands, columnWidth),
  );
  if (width < 100) return [...heading, ...blocks.flatMap((make) => make(width))];
  const half = Math.floor(width / 2);
  const made = blocks.map((make) => make(half));
  const total = made.reduce((sum, each) => sum + each.length, 0);
  const left: StyledText[] = [];
  const right: StyledText[] = [];
  for (const each of made) (left.length + each.length / 2 <= total / 2 ? left : right).push(...each);
  const rows = Math.max(left.length, right.length);
  return [
    ...heading,
    ...Array.from({length: rows}, (_, row) => concat([padTo(left[row] ?? plain(''), half), right[row] ?? plain('')])),
  ];
}

function block(group: string, commands: readonly Command[], width: number): readonly StyledText[] {
  const rows = commands.flatMap((command) => {
    const keys = keysShown(command);
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
  return [plain(` ${group}`, {fg: 6}), ...rows, plain('')];
}
