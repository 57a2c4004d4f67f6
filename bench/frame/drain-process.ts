import {Client} from 'undici';

/** Counts the bytes of a response that does not end, and does nothing else: `node drain-process.ts URL LAST`. */
const [, , url = '', last = ''] = process.argv;
const {origin, pathname} = new URL(url);
const {body} = await new Client(origin).request({method: 'GET', path: pathname});
const end = Buffer.from(`${last}\n`);
let count = 0;
console.log('connected');
for await (const bytes of body) {
  count += bytes.length;
  if (bytes.subarray(-end.length).equals(end)) console.log(`done: ${count} bytes`);
}
