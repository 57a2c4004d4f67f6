import {createReadStream} from 'node:fs';
import {writeFile} from 'node:fs/promises';
import {createInterface} from 'node:readline';
import {setTimeout as sleep} from 'node:timers/promises';
import {paced} from './paced.ts';

/* Writes the first lines of a file at a steady pace, and a last one: `node pour-process.ts FILE LINES RATE LAST TIME`.
   Into TIME it writes when the last one went, in milliseconds since 1970. */

const [file = '', count = '', rate = '', last = '', time = ''] = process.argv.slice(2);
const lines: string[] = [];
for await (const line of createInterface({input: createReadStream(file)})) {
  if (lines.push(line) === Number(count)) break;
}
await paced(lines.length, Number(rate), {
  now: () => performance.now(),
  wait: () => sleep(1),
  act: (index) => void process.stdout.write(`${lines[index]}\n`),
});
process.stdout.write(`${last}\n`);
await writeFile(time, String(Date.now()));
// The viewer has the pipe until it is ended.
await sleep(2 ** 30);
