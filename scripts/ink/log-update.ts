import inks, {type LogUpdate} from '../../node_modules/ink/build/log-update.js';
import {type Frame, frameUpdate} from '../../source/kit/terminal/frame-update.ts';

type Create = typeof inks.create;
type Stream = Parameters<Create>[0];

/**
 * Replaces Ink's `log-update` in the bundle (`faster-ink.mjs`). Ink writes a row from its first change to its end, and so
 * all rows of a log that moves on by one. Here a frame that fills the terminal is followed by what `frameUpdate` makes of
 * the next one. Other frames are Ink's: the first, and those after a resize or after another program had the terminal.
 */
function create(stream: Stream, options: Parameters<Create>[1] = {}): LogUpdate {
  const ink = inks.create(stream, options);
  if (!options.incremental) return ink;
  /** What the terminal shows, if it is certain. */
  let shown: Frame | undefined;

  const render = (text: string): boolean => {
    const before = shown;
    const next = fillingFrame(text, stream);
    shown = next;
    if (!before || !next || !isSameSize(before, next) || !ink.willRender(text)) return ink(text);
    stream.write(frameUpdate(before, next));
    // Ink continues from here, and moves the cursor from the last row to where it is shown.
    ink.sync(text);
    return true;
  };
  render.clear = () => {
    shown = undefined;
    ink.clear();
  };
  render.done = () => {
    shown = undefined;
    ink.done();
  };
  render.reset = () => {
    shown = undefined;
    ink.reset();
  };
  // Called after a frame that was written whole.
  render.sync = (text: string) => {
    shown = fillingFrame(text, stream);
    ink.sync(text);
  };
  render.setCursorPosition = ink.setCursorPosition;
  render.isCursorDirty = ink.isCursorDirty;
  render.willRender = ink.willRender;
  render.getCursorPosition = ink.getCursorPosition;
  return render;
}

/** Undefined for a frame that is not as high as the terminal: where it begins is not known. */
function fillingFrame(text: string, {columns = 0, rows}: Stream): Frame | undefined {
  const lines = text.split('\n');
  return lines.length === rows && columns > 0 ? {rows: lines, columns} : undefined;
}

function isSameSize(a: Frame, b: Frame): boolean {
  return a.rows.length === b.rows.length && a.columns === b.columns;
}

export default {create};
