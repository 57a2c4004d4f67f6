import {Readable} from 'node:stream';
import fc from 'fast-check';
import {expect, test} from 'vitest';
import {filterInput, InputFilter, type TerminalReport} from '../../../source/kit/system/terminal-input.ts';
import {FakeClock} from '../../harness/fake-clock.ts';

/** Reads as Ink does: all there is, whenever there is something. */
function reading({isAsked = false} = {}) {
  const stdin = new Readable({read() {}});
  stdin.setEncoding('utf8');
  const seen: string[] = [];
  const read: string[] = [];
  const clock = new FakeClock();
  const undo = filterInput(stdin as unknown as NodeJS.ReadStream, {
    onReport: ({kind}) => seen.push(kind),
    onKeys: () => seen.push('keys'),
    isAsked: () => isAsked,
    clock,
  });
  stdin.on('readable', () => {
    for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) read.push(String(chunk));
  });
  const send = async (text: string) => {
    stdin.push(text);
    await new Promise(setImmediate);
  };
  return {send, seen, read, undo, clock};
}

test('reports are passed on and never read; keys after them are', async () => {
  const {send, seen, read} = reading();
  await send('\u001B[O');
  expect(read).toEqual([]);
  await send('\u001B[Ij');
  expect(read).toEqual(['j']);
  expect(seen).toEqual(['blur', 'focus', 'keys']);
});

test('undone, input is read as it comes', async () => {
  const {send, seen, read, undo} = reading();
  undo();
  await send('\u001B[O');
  expect(read).toEqual(['\u001B[O']);
  expect(seen).toEqual([]);
});

test('Esc is passed on when nothing follows it for a moment', async () => {
  const {send, seen, read, clock} = reading();
  await send('\u001B');
  await clock.advance(49);
  expect(read).toEqual([]);
  await clock.advance(1);
  expect(read).toEqual(['\u001B[27u']);
  expect(seen).toEqual(['keys']);
});

test('a sequence that comes in two pieces is one', async () => {
  const {send, read, clock} = reading();
  await send('\u001B');
  await clock.advance(30);
  await send('[A');
  await clock.advance(1000);
  expect(read).toEqual(['\u001B[A']);
});

const runs = Number(process.env.PIPETAIL_RUNS ?? 300);
const esc = '\u001B';
/** What Ink gets for the Esc key. */
const escKey = `${esc}[27u`;

/** What is left, and what was reported, of input that arrived in these pieces. */
function pass(...pieces: readonly string[]): {keys: string; reports: TerminalReport[]} {
  const filter = new InputFilter();
  const parts = pieces.map((piece) => filter.append(piece));
  return {keys: parts.map(({keys}) => keys).join(''), reports: parts.flatMap(({reports}) => reports)};
}

test('focus and blur are removed from between keys', () => {
  expect(pass(`a${esc}[Ib${esc}[O`)).toEqual({keys: 'ab', reports: [{kind: 'focus'}, {kind: 'blur'}]});
});

test.each([
  `${esc}[A`,
  `${esc}OF`,
  `${esc}[Z`,
  `${esc}[5~`,
  `${esc}[99;5u`,
  // F2 and F5: the screen says that they do nothing.
  `${esc}OQ`,
  `${esc}[15~`,
  `${esc}[[B`,
  `${esc}[200~[I ${esc}[I ${esc}[<0;1;1M ${esc}]0;title\u0007 ${esc}[1;5A${esc}[201~`,
  '[I',
  'é日',
])('a key of ours, or pasted text, is unchanged: %j', (keys) => {
  expect(pass(keys)).toEqual({keys, reports: []});
});

const unknown = {
  'F5 with Shift': `${esc}[15;2~`,
  'Ctrl and an arrow': `${esc}[1;5A`,
  'Shift and an arrow, rxvt': `${esc}[a`,
  'Ctrl and an arrow, rxvt': `${esc}Oa`,
  Insert: `${esc}[2~`,
  'keypad Enter': `${esc}OM`,
  'CSI u: a': `${esc}[97u`,
  'CSI u: Ctrl, Shift and a': `${esc}[97;6u`,
  'CSI u: a is let go': `${esc}[97;1:3u`,
  modifyOtherKeys: `${esc}[27;5;9~`,
  'mouse report': `${esc}[<0;12;34m`,
  'old mouse report': `${esc}[M !!`,
  'secondary device attributes': `${esc}[>41;354;0c`,
  'mode report': `${esc}[?2026;2$y`,
  'foreground colour': `${esc}]10;rgb:1e1e/1e1e/1e1e${esc}\\`,
  clipboard: `${esc}]52;c;cXVpdA==\u0007`,
  version: `${esc}P>|tmux 3.5a${esc}\\`,
  'termcap answer': `${esc}P1+r436f=323536${esc}\\`,
  'kitty graphics': `${esc}_Gi=31;OK${esc}\\`,
  'privacy message': `${esc}^quit${esc}\\`,
};

test.each(Object.entries(unknown))('%s is removed whole, wherever it is cut', (_, sequence) => {
  expect(pass(`j${sequence}k`)).toEqual({keys: 'jk', reports: []});
  for (let cut = 1; cut < sequence.length; cut++) {
    expect(pass(`j${sequence.slice(0, cut)}`, `${sequence.slice(cut)}k`)).toEqual({keys: 'jk', reports: []});
  }
});

test('Esc and a key in one read stay together, as Alt sends them; also in two reads and after another Esc', () => {
  expect(pass(`${esc}j`).keys).toBe(`${esc}j`);
  expect(pass(esc, '?').keys).toBe(`${esc}?`);
  expect(pass(`${esc}${esc}j`).keys).toBe(`${escKey}${esc}j`);
  expect(pass(`a${esc}日k`).keys).toBe(`a${esc}日k`);
  expect(pass(`${esc}\u007F${esc}\r`).keys).toBe(`${esc}\u007F${esc}\r`);
});

test.each(['[1;5D', '[1;3D', '[1;9D', '[5D', 'O5D', 'Od'])(
  'Ctrl or Alt with Left is one key, however it is sent and cut: %s',
  (sequence) => {
    expect(pass(`j${esc}${sequence}k`).keys).toBe(`j${esc}Odk`);
    for (let cut = 0; cut <= sequence.length; cut++) {
      expect(pass(esc + sequence.slice(0, cut), sequence.slice(cut)).keys).toBe(`${esc}Od`);
    }
    expect(pass(esc + sequence.replace(/d$/i, (end) => (end === 'd' ? 'c' : 'C'))).keys).toBe(`${esc}Oc`);
  },
);

test.each(['[A', 'OH', '[3~'])(
  'Alt with a key of ours that sends a sequence stays together: Esc and %s',
  (sequence) => {
    expect(pass(`j${esc}${esc}${sequence}k`).keys).toBe(`j${esc}${esc}${sequence}k`);
    expect(pass(esc, `${esc}${sequence}`).keys).toBe(`${esc}${esc}${sequence}`);
  },
);

test('Alt with any other key that sends a sequence is removed whole', () => {
  for (const sequence of ['[15~', 'OP', '[[A', '[1;5A', '[99;5u'])
    expect(pass(`j${esc}${esc}${sequence}k`).keys).toBe('jk');
});

test.each(['OP', '[11~', '[[A'])('F1 is one key, however it is sent and cut: %s', (sequence) => {
  expect(pass(`j${esc}${sequence}k`).keys).toBe(`j${esc}[1;17Pk`);
  for (let cut = 0; cut <= sequence.length; cut++) {
    expect(pass(esc + sequence.slice(0, cut), sequence.slice(cut)).keys).toBe(`${esc}[1;17P`);
  }
});

/** What the terminals send for Home and End, by default and with cursor keys in application mode. */
const homeAndEnd = {
  xterm: ['[H', '[F', 'OH', 'OF'],
  urxvt: ['[7~', '[8~'],
  st: ['[H', '[4~', '[1~'],
  kitty: ['[H', '[F', 'OH', 'OF'],
  alacritty: ['[H', '[F', 'OH', 'OF'],
  konsole: ['[H', '[F', 'OH', 'OF'],
  'gnome-terminal': ['[H', '[F', 'OH', 'OF'],
  qterminal: ['[H', '[F', 'OH', 'OF'],
  PuTTY: ['[1~', '[4~'],
  screen: ['[1~', '[4~'],
  tmux: ['[1~', '[4~'],
  'the Linux console': ['[1~', '[4~'],
};

test.each(Object.entries(homeAndEnd))('Home and End of %s are keys, however they are cut', (_, sequences) => {
  for (const sequence of sequences) {
    expect(pass(`j${esc}${sequence}k`).keys).toBe(`j${esc}${sequence}k`);
    for (let cut = 0; cut <= sequence.length; cut++) {
      expect(pass(esc + sequence.slice(0, cut), sequence.slice(cut)).keys).toBe(esc + sequence);
    }
  }
});

test('Delete of st is Delete, however it is cut, and also after an Esc that was passed on', () => {
  expect(pass(`j${esc}[Pk`).keys).toBe(`j${esc}[3~k`);
  for (let cut = 0; cut <= 2; cut++) expect(pass(esc + '[P'.slice(0, cut), '[P'.slice(cut)).keys).toBe(`${esc}[3~`);
  const filter = new InputFilter();
  filter.append(esc);
  filter.flush();
  expect(filter.append('[P').keys).toBe(`${esc}[3~`);
});

test.each(['[3;5~', '[3^'])('Ctrl with Delete is one key, however it is sent and cut: %s', (sequence) => {
  expect(pass(`j${esc}${sequence}k`).keys).toBe(`j${esc}[3;5~k`);
  for (let cut = 0; cut <= sequence.length; cut++)
    expect(pass(esc + sequence.slice(0, cut), sequence.slice(cut)).keys).toBe(`${esc}[3;5~`);
});

test('Ctrl with Delete of st, which begins like an old mouse report, is that key if nothing follows it for a moment', () => {
  const filter = new InputFilter();
  expect(filter.append(`${esc}[M`).keys).toBe('');
  expect(filter.patience()).toBe(50);
  expect(filter.flush().keys).toBe(`${esc}[3;5~`);
  expect(filter.append('j').keys).toBe('j');
  expect(pass(`${esc}[M`, `${esc}[24;16R`)).toMatchObject({keys: `${esc}[3;5~`, reports: [{kind: 'cursor'}]});
});

test('Alt of xterm without metaSendsEscape sends letters, which are typed: b, f, d and Backspace', () => {
  const [b, f, d, backspace] = ['\u00E2', '\u00E6', '\u00E4', '\u00FF'];
  expect(pass(`${b}${f}${d}${backspace}`).keys).toBe(`${b}${f}${d}${backspace}`);
});

test('Esc before a report, an answer or a paste is the key', () => {
  expect(pass(`${esc}${esc}[I`)).toEqual({keys: escKey, reports: [{kind: 'focus'}]});
  expect(pass(`${esc}${esc}]11;rgb:1e1e/1e1e/1e1e\u0007j`).keys).toBe(`${escKey}j`);
  expect(pass(`${esc}${esc}[200~x${esc}[201~`).keys).toBe(`${escKey}${esc}[200~x${esc}[201~`);
});

test('a lone Esc is the key when nothing follows; the rest of a sequence that was cut after it is no key', () => {
  const filter = new InputFilter();
  expect(filter.append(esc)).toEqual({keys: '', reports: []});
  expect(filter.patience()).toBe(50);
  expect(filter.flush()).toEqual({keys: escKey, reports: []});
  expect(filter.patience()).toBeUndefined();
  expect(filter.append('[Ox')).toEqual({keys: 'x', reports: [{kind: 'blur'}]});
  expect(filter.append('[O')).toEqual({keys: '[O', reports: []});
});

test.each([
  ['[A', ''],
  ['[1;5A', ''],
  ['O5A', ''],
  ['[z', '[z'],
  ['j', 'j'],
])('after an Esc that was passed on, %j leaves %j', (rest, keys) => {
  const filter = new InputFilter();
  filter.append(esc);
  filter.flush();
  expect(filter.append(rest).keys.replace(`${esc}[A`, '')).toBe(keys);
});

test('Esc twice is twice the key', () => {
  const filter = new InputFilter();
  filter.append(esc);
  filter.append(esc);
  expect(filter.flush().keys).toBe(escKey + escKey);
});

test.each([`${esc}[`, `${esc}O`, `${esc}]`, `${esc}[1;5`, `${esc}]11;rgb:1e`, `${esc}[<0;1`, `${esc}Pq`])(
  'what never ends is dropped in the end: %j',
  (begun) => {
    const filter = new InputFilter();
    expect(filter.append(`j${begun}`).keys).toBe('j');
    expect(filter.patience()).toBe(begun.length === 2 ? 50 : 1000);
    expect(filter.flush().keys).toBe('');
    expect(filter.append('k').keys).toBe('k');
  },
);

test('a broken sequence ends at the next key', () => {
  expect(pass(`${esc}[1;5\rj`).keys).toBe('\rj');
  expect(pass(`${esc}]0;title${esc}[Aj`).keys).toBe(`${esc}[Aj`);
});

test('a paste whose end is lost is over after a second without bytes, and keys work', async () => {
  const {send, read, clock} = reading();
  await send(`${esc}[200~a`);
  await clock.advance(999);
  await send('b');
  await clock.advance(999);
  expect(read.join('')).toBe(`${esc}[200~ab`);
  await clock.advance(1);
  await send('q');
  expect(read.join('')).toBe(`${esc}[200~ab${esc}[201~q`);
});

test('a lone ^C ends a paste, and is a key; among pasted text it is text', async () => {
  const {send, read} = reading();
  await send(`${esc}[200~a\u0003b`);
  await send('\u0003');
  await send('q');
  expect(read.join('')).toBe(`${esc}[200~a\u0003b${esc}[201~\u0003q`);
});

test('a paste passes in pieces, and keys follow it', () => {
  expect(pass(`${esc}[20`, `0~a${esc}[I`, `b${esc}[2`, `00~c${esc}[20`, `1~${esc}[Ij`)).toEqual({
    keys: `${esc}[200~a${esc}[Ib${esc}[200~c${esc}[201~j`,
    reports: [{kind: 'focus'}],
  });
});

const piece = fc.oneof(
  fc.constantFrom(`${esc}[I`, `${esc}[O`, `${esc}[<0;1;1M`, `${esc}[<35;120;40m`, ...Object.values(unknown)),
  fc.constantFrom('j', 'G', `${esc}[A`, `${esc}[5~`, '日', 'x y', `${esc}[200~pasted${esc}[201~`),
);

test('the result is the same wherever the input is cut', () => {
  fc.assert(
    fc.property(fc.array(piece, {maxLength: 12}), fc.array(fc.nat(120), {maxLength: 8}), (parts, offsets) => {
      const input = parts.join('');
      const cuts = [...new Set(offsets)].filter((at) => at < input.length);
      const ends = [...cuts.toSorted((a, b) => a - b), input.length];
      const pieces = ends.map((end, index) => input.slice(index === 0 ? 0 : ends[index - 1], end));
      expect(pass(...pieces)).toEqual(pass(input));
    }),
    {numRuns: runs},
  );
});

const knownKeys = new RegExp(
  `${esc}(?:\\[[ABCDFHZ]|O[ABCDFHP-Scd]|\\[[13-8]~|\\[(?:1[1-57-9]|2[0134])~|\\[\\[[A-E]|\\[\\d+;5u|\\[200~.*?${esc}\\[201~)`,
  'g',
);

/** A whole sequence of any kind, by the grammar. */
const anySequence = fc.oneof(
  fc
    .tuple(fc.stringMatching(/^[<=>?]?[0-9;:]{0,12}[ -/]{0,2}$/), fc.stringMatching(/^[@-LN-Z\\^-~]$/))
    .map(([inside, final]) => `${esc}[${inside}${final}`),
  fc.stringMatching(/^[0-9;]{0,4}[@-~]$/).map((rest) => `${esc}O${rest}`),
  fc
    .tuple(fc.constantFrom(...']P^_X'), fc.stringMatching(/^[ -~]{0,30}$/), fc.constantFrom('\u0007', `${esc}\\`))
    .map(([kind, text, end]) => `${esc}${kind}${text}${end}`),
);

test('no sequence of any kind types a letter', () => {
  fc.assert(
    fc.property(fc.array(anySequence, {maxLength: 8}), (sequences) => {
      const {keys} = pass(...sequences);
      expect(keys.replaceAll(knownKeys, '')).toBe('');
    }),
    {numRuns: runs},
  );
});

const bytes = fc.string({unit: 'binary', maxLength: 8});

test('after any input keys work again, and nothing is invented', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(anySequence, bytes, fc.constant(esc)), {maxLength: 10}), (pieces) => {
      const filter = new InputFilter();
      const out = pieces.map((text) => filter.append(text).keys).join('') + filter.flush().keys;
      expect(out.replaceAll(escKey, esc).length).toBeLessThanOrEqual(pieces.join('').length);
      if (!out.includes(`${esc}[200~`)) expect(filter.append('j').keys).toBe('j');
    }),
    {numRuns: runs},
  );
});

test('answers about the cursor are no keys, wherever a read cuts them and whatever is typed around them', () => {
  const input = `j${esc}[24;7Rk${esc}${esc}[1;17R${esc}[A${esc}[24;12Rq`;
  for (let cut = 0; cut <= input.length; cut++) {
    const filter = new InputFilter();
    const parts = [filter.append(input.slice(0, cut)), filter.append(input.slice(cut))];
    expect(parts.map(({keys}) => keys).join('')).toBe(`jk${esc}[27u${esc}[Aq`);
    expect(parts.flatMap(({reports}) => reports)).toEqual([
      {kind: 'cursor', row: 24, column: 7},
      {kind: 'cursor', row: 1, column: 17},
      {kind: 'cursor', row: 24, column: 12},
    ]);
  }
});

const white = {kind: 'ground', color: [255, 255, 255]};

test.each([
  [`${esc}]11;rgb:ffff/ffff/ffff\u0007`, white],
  [`${esc}]11;rgb:FF/ff/ff${esc}\\`, white],
  [`${esc}]11;rgba:f/f/f/8\u009C`, white],
  [`${esc}]11;rgb:1e1e/0000/ffff\u0007`, {kind: 'ground', color: [30, 0, 255]}],
  [`${esc}[?64;1;2;6;9;15;22c`, {kind: 'attributes'}],
])('an answer about the ground is no key, wherever it is cut: %j', (answer, report) => {
  for (let cut = 0; cut <= answer.length; cut++) {
    expect(pass(`j${answer.slice(0, cut)}`, `${answer.slice(cut)}k`)).toEqual({keys: 'jk', reports: [report]});
  }
});

test('one that is cut behind its Esc types nothing, however late the rest comes', () => {
  const filter = new InputFilter();
  filter.append(esc);
  filter.flush();
  expect(filter.append(']11;rgb:ffff/').keys).toBe('');
  expect(filter.append('ffff/ffff\u0007j')).toEqual({keys: 'j', reports: [white]});
});

test('an answer in a paste is taken out of it, wherever a read cuts it', () => {
  const ground = `${esc}]11;rgb:ff/ff/ff`;
  const input = `${esc}[200~one${esc}[24;7R${ground}\u0007${ground}${esc}\\ two[1;2R${esc}[?6c${esc}[201~x`;
  for (let cut = 0; cut <= input.length; cut++) {
    const filter = new InputFilter();
    const parts = [filter.append(input.slice(0, cut)), filter.append(input.slice(cut))];
    expect(parts.map(({keys}) => keys).join('')).toBe(`${esc}[200~one two[1;2R${esc}[201~x`);
    expect(parts.flatMap(({reports}) => reports)).toHaveLength(4);
  }
});

test('an answer that comes in two pieces is one: its Esc waits longer while an answer is awaited', async () => {
  const {send, seen, read, clock} = reading({isAsked: true});
  await send(esc);
  await clock.advance(140);
  await send('[24;7R');
  await clock.advance(5000);
  expect([read, seen]).toEqual([[], ['cursor']]);
  await send(esc);
  await clock.advance(150);
  expect(read).toEqual([`${esc}[27u`]);
});
