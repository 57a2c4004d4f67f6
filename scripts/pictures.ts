// Draws docs/pictures/*.svg: the built program, in an emulated terminal, on the demo server. `npm run pictures`. A scene that
// takes shots becomes a film, another one a still of its end.
import {mkdir, writeFile} from 'node:fs/promises';
import {connectorErrors, parseError} from '../demo/connector-errors.ts';
import {kafkaInput, kafkaSpan, processLog} from '../demo/process-log.ts';
import {installation} from '../demo/scenario.ts';
import {DemoServer} from '../demo/server.ts';
import {textWidth} from '../source/lib/width.ts';
import {FakeClock} from '../test/harness/fake-clock.ts';
import {openProgram} from '../test/harness/program.ts';
import type {CellStyle} from '../test/harness/screen.ts';
import type {Terminal} from '../test/harness/terminal.ts';

/** The program in a terminal, on a demo server. Neither's wall clock runs. */
type Stage = {
  readonly terminal: Terminal;
  readonly server: DemoServer;
  /** Moves the server's clock, and no other. */
  readonly pass: (milliseconds: number) => Promise<void>;
  /** Films the screen as it is, for so many seconds, above a caption. */
  readonly shoot: (seconds: number, caption: string) => void;
};

/** Rows of a screen as SVG, each at the top; the caption is one more row. */
type Shot = {readonly rows: readonly string[]; readonly seconds: number};

type Scene = {
  readonly name: string;
  /** Describes the picture for screen readers. */
  readonly title: string;
  readonly pipelines: readonly string[];
  readonly play: (stage: Stage) => Promise<void>;
};

const scenes: readonly Scene[] = [
  {
    name: 'log',
    title: 'A live log: a warning, an error that wraps, and a reconnect after which no entry was lost',
    pipelines: ['orders', 'telemetry', 'nightly'],
    async play({terminal, server, pass}) {
      const orders = server.pipeline('orders');
      const say = processLog(orders, {shape: 'colour'});
      await pass(1000);
      say('WARN', kafkaInput, 'Waited over 10000 ms for librdkafka to read a message', kafkaSpan('customers'));
      await pass(1200);
      const record = '{"id": 81204, "product": "mug", "amount": 2, "price": "7.50"}';
      const error = parseError('orders.kafka', 81_204, 'missing field `customer`', record);
      connectorErrors(orders, say)({...error, ...kafkaSpan('orders')});
      await pass(1000);
      server.cutConnections({name: 'orders', reset: true});
      await terminal.waitFor('0 entries lost');
      await pass(1500);
    },
  },
  {
    name: 'film',
    title: 'From the list to the cause: a failed pipeline, its errors, the record, and the live log again',
    pipelines: [],
    async play({terminal, shoot, pass}) {
      shoot(2, 'What needs attention is on top');
      await terminal.press('d');
      await terminal.waitFor('Compiler');
      shoot(3, 'd: why it failed');
      await terminal.press('Esc');
      await terminal.press('/', 'c', 'l', 'Enter');
      await terminal.press('Enter', 'Enter');
      await terminal.waitFor('/ find');
      await pass(1000);
      await terminal.stable();
      shoot(2, 'Enter: its log, live');
      await terminal.press('E');
      await terminal.waitFor('PAUSED');
      await terminal.stable();
      shoot(2, 'E: the last error');
      await terminal.press('Enter');
      await terminal.stable();
      shoot(2.5, 'Enter: the whole record');
      await terminal.press('Esc', '/');
      await terminal.type('parse error');
      await terminal.stable();
      shoot(2, '/: all matches, counted as you type');
      await terminal.press('Enter', 'G');
      await pass(2000);
      await terminal.stable();
      shoot(1.5, 'G: the end of the log again');
    },
  },
];

const size = {cols: 120, rows: 35};
const startedAt = Date.UTC(2026, 2, 14, 12, 43, 20);

/** Neighbouring cells of one style; `column` is 0-based. */
type Run = {readonly text: string; readonly column: number; readonly cells: number; readonly style: CellStyle};

function runsOf(terminal: Terminal, row: number): Run[] {
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column++) {
    const {text, ...style} = terminal.cell(row, column);
    const last = runs.at(-1);
    // The second half of a wide character has no text, nor has a cell that was never written: that is a blank.
    const isSecondHalf = text === '' && last !== undefined && textWidth(last.text) > last.cells;
    if (last && (isSecondHalf || joins(last, text, style))) {
      runs[runs.length - 1] = {...last, text: last.text + (isSecondHalf ? '' : text || ' '), cells: last.cells + 1};
    } else {
      runs.push({text: text || ' ', column, cells: 1, style});
    }
  }
  return runs;
}

/** Symbols are runs of their own: they may come from a font of another width. */
function joins(last: Run, text: string, style: CellStyle): boolean {
  const isAscii = /^[ -~]*$/.test(last.text + text);
  return isAscii && (Object.keys(style) as (keyof CellStyle)[]).every((key) => last.style[key] === style[key]);
}

/** The terminal's own two colours, and those of its palette, where the reader prefers light and dark. */
const colours: Readonly<Record<string, readonly [light: string, dark: string]>> = {
  fg: ['#24292f', '#d1d7de'],
  bg: ['#ffffff', '#0d1117'],
  black: ['#000000', '#161b22'],
  red: ['#b31d28', '#ff7b72'],
  green: ['#116329', '#3fb950'],
  yellow: ['#9a6700', '#d29922'],
  blue: ['#0550ae', '#58a6ff'],
  magenta: ['#7d3cc8', '#bc8cff'],
  cyan: ['#0f6674', '#39c5cf'],
  white: ['#6e7781', '#b1bac4'],
  'bright-black': ['#57606a', '#8b949e'],
  'bright-red': ['#b31d28', '#ff7b72'],
  'bright-green': ['#116329', '#3fb950'],
  'bright-yellow': ['#9a6700', '#d29922'],
  'bright-blue': ['#0550ae', '#58a6ff'],
  'bright-magenta': ['#7d3cc8', '#bc8cff'],
  'bright-cyan': ['#0f6674', '#39c5cf'],
  'bright-white': ['#24292f', '#d1d7de'],
};

/** Pixels. Common monospace fonts of 14 pixels have cells of 8.4. */
const fontSize = 14;
const cellWidth = 8.4;
const rowHeight = 18;
const baseline = 13.5;
const margin = 12;
const fonts = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";

function shotOf(terminal: Terminal, seconds = 0, caption = ''): Shot {
  const rows = Array.from({length: terminal.rows}, (_, row) => runsOf(terminal, row).flatMap(drawnRun).join('\n'));
  return {rows: caption === '' ? rows : [...rows, drawnCaption(caption)], seconds};
}

/** Shots as SVG, in the colours that its reader prefers: a still of one, or a film that begins again at its end. */
function drawn(shots: readonly Shot[], title: string): string {
  const height = pixels(2 * margin + (shots[0]?.rows.length ?? 0) * rowHeight);
  const width = pixels(2 * margin + size.cols * cellWidth);
  const extent = `width="${width}" height="${height}"`;
  const fills = (tone: 0 | 1) =>
    Object.entries(colours)
      .map(([name, tones]) => `.${name}{fill:${tones[tone]}}`)
      .join('');
  // A row that several shots have is drawn once.
  const distinct = [...new Set(shots.flatMap(({rows}) => rows))];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" ${extent} viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<style>${fills(0)}@media (prefers-color-scheme:dark){${fills(1)}}${shots.length > 1 ? turns(shots) : ''}</style>`,
    `<rect ${extent} rx="8" class="bg" stroke="#6e7781"/>`,
    `<g font-family="${fonts}" font-size="${fontSize}">`,
    '<defs>',
    ...distinct.map((row, index) => `<g id="r${index}">${row}</g>`),
    '</defs>',
    ...shots.map(({rows}, shot) => {
      const uses = rows.map((row, at) => `<use href="#r${distinct.indexOf(row)}" y="${margin + at * rowHeight}"/>`);
      return `<g class="shot s${shot}">${uses.join('')}</g>`;
    }),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Styles that show one shot after the other; only the first one to who wants no motion. */
function turns(shots: readonly Shot[]): string {
  const seconds = shots.reduce((sum, shot) => sum + shot.seconds, 0);
  let past = 0;
  const rules = shots.map((shot, index) => {
    const from = pixels((100 * past) / seconds);
    past += shot.seconds;
    const until = pixels((100 * past) / seconds);
    const before = index === 0 ? '' : '0%{visibility:hidden}';
    const frames = `${before}${from}%{visibility:visible}${index === shots.length - 1 ? '' : `${until}%{visibility:hidden}`}`;
    return `.s${index}{animation:s${index} ${seconds}s step-end infinite}@keyframes s${index}{${frames}}`;
  });
  const still = '@media (prefers-reduced-motion:reduce){.shot{animation:none}.s0{visibility:visible}}';
  return `.shot{visibility:hidden}${rules.join('')}${still}`;
}

function drawnCaption(caption: string): string {
  return `<text x="${margin + cellWidth}" y="${baseline}" class="blue" font-weight="bold">${escaped(caption)}</text>`;
}

function drawnRun({text, column, cells, style}: Run): string[] {
  const {fg = 'fg', bg = 'bg', inverse} = style;
  const [ink, ground] = inverse ? [bg, fg] : [fg, bg];
  const looks = [
    style.bold && ' font-weight="bold"',
    style.dim && ' opacity="0.7"',
    style.italic && ' font-style="italic"',
    style.underline && ' text-decoration="underline"',
  ];
  const box = `x="${pixels(margin + column * cellWidth)}" width="${pixels(cells * cellWidth)}"`;
  // Without two or more blanks in a row, which not every reader of SVG keeps.
  const words = [...text.matchAll(/[^ ]+(?: [^ ]+)*/g)].map(({0: word, index}) => {
    // A symbol is a text of its own, and may be two cells wide. A fixed length keeps columns aligned in any font.
    const length = pixels((word === text ? cells : word.length) * cellWidth);
    const place = `x="${pixels(margin + (column + index) * cellWidth)}" y="${baseline}"`;
    const fitted = `textLength="${length}" lengthAdjust="spacingAndGlyphs"`;
    return `<text ${place} ${fitted} class="${known(ink)}"${looks.filter(Boolean).join('')}>${escaped(word)}</text>`;
  });
  return ground === 'bg' ? words : [`<rect ${box} height="${rowHeight}" class="${known(ground)}"/>`, ...words];
}

function known(colour: string): string {
  if (!Object.hasOwn(colours, colour)) throw new Error(`no such colour: ${colour}`);
  return colour;
}

/** Without the rounding errors of binary fractions. */
function pixels(value: number): string {
  return String(Number(value.toFixed(1)));
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const folder = new URL('../docs/pictures/', import.meta.url);
await mkdir(folder, {recursive: true});
for (const {name, title, pipelines, play} of scenes) {
  const clock = new FakeClock(startedAt);
  const preload = `Date.now = () => ${startedAt}`;
  const server = await DemoServer.start({scenario: installation, clock, port: 18_080});
  await using terminal = await openProgram(['--host', server.url, ...pipelines], {
    ...size,
    // Sixteen colours on a dark ground: those of the picture follow what its reader prefers.
    env: {
      TZ: 'UTC',
      TERM: 'xterm',
      COLORTERM: '',
      COLORFGBG: '15;0',
      NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(preload)}`,
    },
  });
  await terminal.waitFor(/ LIVE\b/);
  // Lines of an unfinished catch-up would count as unseen.
  await terminal.stable();
  const pass = async (milliseconds: number) => await clock.advance(milliseconds);
  const shots: Shot[] = [];
  const shoot = (seconds: number, caption: string) => void shots.push(shotOf(terminal, seconds, caption));
  await play({terminal, server, pass, shoot});
  if (shots.length === 0) {
    // A notice leaves the status line after some seconds.
    await terminal.waitFor(() => /^ {1,2}[\d,]+ lines /.test(terminal.row(-2)));
    await terminal.stable(1500);
    shots.push(shotOf(terminal));
  }
  await writeFile(new URL(`${name}.svg`, folder), drawn(shots, title));
  await server.close();
}
