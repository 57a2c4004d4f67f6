import {existsSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {root} from './program.ts';

/** A page of the documentation: its path in the project, and its text. */
export type DocPage = {readonly file: string; readonly text: string};

/** The readme, the pages at the top that users and maintainers read, and those under docs/. */
export async function docPages(): Promise<readonly DocPage[]> {
  const inDocs = await readdir(path.join(root, 'docs'), {recursive: true});
  const top = await readdir(root);
  const files = [
    ...top.filter((name) => name.endsWith('.md') && name !== 'NOTICES.md'),
    ...inDocs.filter((name) => name.endsWith('.md')).map((name) => `docs/${name}`),
  ];
  return await Promise.all(files.map(async (file) => ({file, text: await readFile(path.join(root, file), 'utf8')})));
}

/** Without blocks of code. */
function withoutBlocks(text: string): string {
  return text.replaceAll(/^```.*?^```$/gms, '');
}

/** What is in backticks within sentences and tables. */
export function inlineCode(text: string): readonly string[] {
  return [...withoutBlocks(text).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The anchors of its headings, as GitHub makes them. */
export function anchorsOf(text: string): ReadonlySet<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  return new Set(
    headings.map((heading) =>
      heading
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Where its links and pictures lead within the project: `docs/keys.md`, `docs/install.md#one-file`. */
function targetsOf({file, text}: DocPage): readonly string[] {
  const prose = withoutBlocks(text).replaceAll(/`[^`]*`/g, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)\)|src="([^"]+)"/g)].map(([, link, picture]) => link ?? picture);
  return links
    .filter((link) => link !== undefined)
    .filter((link) => !/^[a-z]+:/.test(link))
    .map((link) => (link.startsWith('#') ? `${file}${link}` : path.posix.join(path.posix.dirname(file), link)));
}

/** Links to what is not there: `docs/keys.md: docs/other.md#heading`. */
export function brokenLinks(pages: readonly DocPage[]): readonly string[] {
  const texts = new Map(pages.map(({file, text}) => [file, text]));
  return pages.flatMap((page) =>
    targetsOf(page)
      .filter((target) => {
        const [file = '', anchor] = target.split('#');
        const text = texts.get(file);
        if (text === undefined && !existsSync(path.join(root, file))) return true;
        return anchor !== undefined && !(text !== undefined && anchorsOf(text).has(anchor));
      })
      .map((target) => `${page.file}: ${target}`),
  );
}

/** What is said in more than one place, and where. Shorter sentences may be said again. */
const shortest = 40;

/** The sentences of what a person wrote: no code, no generated tables, no pictures. */
export function sentencesOf(text: string): readonly string[] {
  const written = withoutBlocks(text)
    .replaceAll(/<!-- ([\w-]+) -->.*?<!-- \/\1 -->/gs, '')
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1');
  return written
    .split(/\n\s*\n|\n(?=[-#|]|\d+\. )|\|/)
    .flatMap((part) => part.replaceAll(/\s+/g, ' ').split(/(?<=[.!?])\s+/))
    .map((sentence) => sentence.replace(/^[-#\s]+|^\d+\. /, '').trim())
    .filter((sentence) => sentence !== '');
}

export function saidTwice(pages: readonly DocPage[]): readonly string[] {
  const places = new Map<string, string[]>();
  for (const {file, text} of pages) {
    for (const sentence of sentencesOf(text)) {
      if (sentence.length < shortest) continue;
      const key = sentence.toLowerCase();
      places.set(key, [...(places.get(key) ?? []), file]);
    }
  }
  return [...places].filter(([, files]) => files.length > 1).map(([text, files]) => `${files.join(', ')}: ${text}`);
}
