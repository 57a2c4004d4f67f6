import {didYouMean} from './closest.ts';
import {colorNames, type OwnThemes, readColor, themeNames} from './palette.ts';
import type {Report} from './parse-config.ts';
import type {TomlRow} from './toml-rows.ts';

/** Reads the `[themes.NAME]` tables: what each of the terminal's colours looks like. */
export function readThemes(rows: readonly TomlRow[], report: Report): OwnThemes {
  const themes = new Map<string, Map<string, string>>();
  for (const {path, line, value} of rows) {
    const [, name = '', key, ...rest] = path;
    const theme = themes.get(name) ?? new Map<string, string>();
    if (!themes.has(name) && themeNames.some((each) => each === name)) {
      report(line, `there is a theme '${name}' already · give yours another name`);
    }
    themes.set(name, theme);
    if (key === undefined) {
      if (value.type !== 'table') report(line, `'${name}' is no theme · a theme is a table: [themes.NAME]`);
      continue;
    }
    const known = rest.length > 0 ? undefined : colorNames.find((each) => each === key);
    const text = value.type === 'text' || value.type === 'number' ? value.text : undefined;
    if (known === undefined) {
      report(line, `unknown colour '${key}'${didYouMean(key, colorNames) || ` · there are ${colorNames.join(', ')}`}`);
    } else if (text === undefined || readColor(text) === undefined) {
      const not = text === undefined ? '' : `, not '${text}'`;
      report(line, `'${key}' takes #rrggbb, a number from 0 to 255 or a name such as bright-red${not}`);
    } else theme.set(known, text);
  }
  return themes;
}
