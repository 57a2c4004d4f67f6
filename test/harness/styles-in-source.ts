import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import type {Style} from '../../source/kit/terminal/style.ts';
import {root} from './program.ts';

/** A style that the code writes out, and where: `source/shells/screen/components/tab-bar.ts:69`. */
export type FoundStyle = {readonly place: string; readonly style: Style};

/** Rooms whose code decides how something looks. */
const rooms = ['kit', 'features', 'shells'];
/** `{fg: 1, bold: true}`: an object without objects in it that names a colour. */
const literal = /\{[^{}]*\b(?:fg|bg): [^{}]*\}/g;

/**
 * All styles with a colour that are written out in the code. `unread` are objects with a colour that is no number: what
 * they may be has to come from elsewhere.
 */
export async function stylesInSource(): Promise<{
  readonly styles: readonly FoundStyle[];
  readonly unread: readonly string[];
}> {
  const styles: FoundStyle[] = [];
  const unread: string[] = [];
  for (const room of rooms) {
    const folder = path.join(root, 'source', room);
    for (const name of await readdir(folder, {recursive: true})) {
      if (!/\.tsx?$/.test(name)) continue;
      const text = await readFile(path.join(folder, name), 'utf8');
      for (const match of text.matchAll(literal)) {
        const line = text.slice(0, match.index).split('\n').length;
        const style = read(match[0]);
        if (style) styles.push({place: `source/${room}/${name}:${line}`, style});
        else unread.push(`source/${room}/${name}: ${match[0]}`);
      }
    }
  }
  return {styles, unread};
}

function read(object: string): Style | undefined {
  const style: Record<string, number | true> = {};
  for (const part of object.slice(1, -1).split(',')) {
    const [, name = '', value = ''] = /^\s*(\w+): (.*?)\s*$/s.exec(part) ?? [];
    if (name === '' && part.trim() === '') continue;
    if (value === 'true') style[name] = true;
    else if (/^\d+$/.test(value)) style[name] = Number(value);
    else return undefined;
  }
  return style;
}
