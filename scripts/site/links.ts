/** What a built site's links lead to, without a browser. */
import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';

/** A line for each link, picture or file that is not there, each anchor that its page lacks, and what is loaded from elsewhere. */
export async function brokenLinks(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, {recursive: true, withFileTypes: true});
  const files = new Set(
    entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name))),
  );
  const pages = [...files].filter((name) => name.endsWith('.html'));
  const texts = new Map(
    await Promise.all(pages.map(async (name) => [name, await readFile(path.join(folder, name), 'utf8')] as const)),
  );
  const anchors = new Map([...texts].map(([name, text]) => [name, idsOf(text)]));
  return [...texts].flatMap(([page, text]) => faultsOf(page, text, files, anchors).map((fault) => `${page}: ${fault}`));
}

function idsOf(text: string): ReadonlySet<string> {
  return new Set([...text.matchAll(/\sid="([^"]+)"/g)].map(([, id = '']) => id));
}

function faultsOf(
  page: string,
  text: string,
  files: ReadonlySet<string>,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  return [...text.matchAll(/<(\w+)[^>]*?\s(href|src|srcset)="([^"]*)"/g)].flatMap(([, tag, , target = '']) => {
    if (target.startsWith('data:')) return [];
    if (/^(?:[a-z]+:|\/\/)/i.test(target)) return tag === 'a' ? [] : [`loads ${target} from elsewhere`];
    // It would leave the folder of the site.
    if (target === '' || target.startsWith('/')) return [`links to '${target}'`];
    const [name = '', anchor] = target.split('#', 2);
    const goal = name === '' ? page : path.posix.normalize(path.posix.join(path.posix.dirname(page), name));
    if (!files.has(goal)) return [`links to ${target}, which is not there`];
    const isThere = anchor === undefined || anchors.get(goal)?.has(decodeURIComponent(anchor));
    return isThere ? [] : [`links to ${target}, where no part has that name`];
  });
}
