/** Small seeded random numbers (mulberry32), 0 ≤ n < `below`, so that a failure can be repeated. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** What a log may hold by accident or by malice. */
const pieces: readonly string[] = [
  '\x1b',
  '\x1b[',
  '\x1b[2J',
  '\x1b[1;1H',
  '\x1b[?1049h',
  '\x1b[>4;2m',
  '\x1b[6n',
  '\x1bc',
  '\x1b(0',
  '\x1bP+q544e\x1b\\',
  '\x1b]0;title\x07',
  '\x1b]52;c;cm0gLXJm\x07',
  '\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\',
  '\x1b[8mhidden\x1b[28m',
  '\x1b[5;31mblink',
  '\x1b[38;5;196m',
  '\x1b[48;2;1;2;3m',
  '\x1b[38:2::255:128:0m',
  '\x1b[4:3;58:5:1m',
  '\x1b[38;5m',
  '\x1b[38;2;999;0;0m',
  '\x1b[999999999999999999999m',
  '\x1b[;;;;m',
  '\x1b[0m',
  '\x1b[1;7m',
  '\x9b31m',
  '\x9d0;title\x9c',
  '\x85',
  '\x00',
  '\x07',
  '\x08',
  '\x0b\x0c\x0e\x0f',
  '\x7f',
  '\r',
  '\t',
  '\u202e\u2066',
  '\u200b\u200d\u200e\ufeff',
  '\u2028\u2029',
  '\u00ad\u061c\u180e',
  '\u{e0041}\u{e0100}',
  '\ufffe\u{10ffff}',
  '\ue0b0\u{f0000}',
  'e\u0301',
  '\u0301'.repeat(20),
  '\u20e3\u0489',
  '日本語',
  'ｶﾞが\u3099か\u3099',
  '\u1112\u1161\u11ab\u1100\u1161',
  '\u1100\u1100가\u1161\u11a8',
  '한국어',
  'क्षत्रिय',
  'தமிழ்',
  'ไทยน้ำ',
  'শ্রী',
  '\u0903\u0903\u0903',
  'עברית العربية',
  '\u0600١٢',
  '🚀',
  '🚀\u0903',
  '❤\ufe0f',
  '⌚\ufe0e',
  '1\ufe0f\u20e3',
  '👨\u200d👩\u200d👧',
  '👍🏽',
  '🇩🇪🇫',
  '🏴\u{e0067}\u{e007f}',
  '🫠',
  '…→✓│',
];

const words = ['connection refused', ' INFO ', 'x=1 ', '  ', 'a', '[pa] ', '2026-11-25T09:08:47.372844Z'];

/** Lines of random and hostile bytes, `bytes` in total (a little more), decoded as a log line is. */
export function* hostileLines(seed: number, bytes: number): Generator<string, void, undefined> {
  const random = seeded(seed);
  const pick = (list: readonly string[]) => Buffer.from(list[random(list.length)] ?? '');
  for (let made = 0; made < bytes; ) {
    const kind = random(4);
    const line: Buffer[] = [];
    for (let length = 1 + random(24); length > 0; length--) {
      if (kind === 0) {
        line.push(Buffer.from(Array.from({length: 16}, () => random(256))));
      } else if (kind === 1) {
        // Any code point: far more of them assigned, invisible or combining than random bytes would give.
        line.push(Buffer.from(String.fromCodePoint(random(random(2) === 0 ? 0x3000 : 0x20000))));
      } else {
        const piece = pick(random(kind) === 0 ? words : pieces);
        // Now and then an UTF-8 or escape sequence is torn.
        line.push(random(16) === 0 ? piece.subarray(0, random(piece.length + 1)) : piece);
      }
    }
    const whole = Buffer.concat(line);
    made += whole.length;
    yield whole.toString('utf8');
  }
}
