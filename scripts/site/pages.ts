/** Which pages the site has, in which order, and where their links go. */

export type Page = {
  /** In the repository: `docs/keys.md`. */
  readonly source: string;
  /** In the site: `keys.html`. All pages are in one folder, so that any address of it will do. */
  readonly file: string;
  readonly title: string;
  /** Its first paragraph, for search engines. */
  readonly description: string;
  readonly text: string;
};

/** `docs/keys.md` → `keys.html`; the readme is the first page. */
export function fileOf(source: string): string {
  const name = source.replace(/^.*\//, '').replace(/\.md$/, '').toLowerCase().replaceAll('_', '-');
  return `${name === 'readme' ? 'index' : name}.html`;
}

/** A page of a source and its text. Throws for one without a heading. */
export function pageOf(source: string, text: string): Page {
  const title = /^# (.*)$/m.exec(text)?.[1];
  if (title === undefined) throw new Error(`${source} has no heading`);
  const rest = text.slice(text.indexOf(title) + title.length).split(/\n{2,}/);
  const paragraph = rest.find((part) => /^[\w`*[]/.test(part)) ?? '';
  return {source, file: fileOf(source), title: plain(title), description: plain(paragraph), text};
}

/** Without links and marks, on one line. */
function plain(text: string): string {
  return text
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[`*]/g, '')
    .replaceAll(/\s+/g, ' ');
}

/** In the order of the part of the readme that links to most of them; those that it does not name come last, by name. */
export function inOrder(pages: readonly Page[], readme: string): readonly Page[] {
  const links = readme
    .split(/^## /m)
    .map((part) => [...part.matchAll(/\]\(([\w./-]+\.md)(?:#[^)]*)?\)/g)].map(([, name = '']) => name))
    .reduce((most, names) => (names.length > most.length ? names : most), []);
  const rank = ({source}: Page) => {
    if (source === 'readme.md') return -1;
    const at = links.indexOf(source);
    return at === -1 ? links.length : at;
  };
  return pages.toSorted((one, other) => rank(one) - rank(other) || (one.source < other.source ? -1 : 1));
}

type Repository = {
  /** All that is copied to the site, besides its pages: `docs/pictures/log-dark.svg`. */
  readonly files: ReadonlySet<string>;
  readonly pages: ReadonlySet<string>;
  /** Of the project; empty if it has none. */
  readonly address: string;
};

/**
 * Where a link of a page goes in the site: another page, a file of docs/, elsewhere. Undefined for a file that only the
 * repository has, when that has no address: the words then stand without a link.
 */
export function linkIn(source: string, target: string, {files, pages, address}: Repository): string | undefined {
  const own = address === '' ? undefined : `${address}/raw/HEAD/`;
  const isOwn = own !== undefined && target.startsWith(own);
  if (target.startsWith('#') || (/^[a-z]+:/.test(target) && !isOwn)) return target;
  const [name = '', anchor] = (isOwn ? target.slice(own.length) : target).split('#', 2);
  const folder = isOwn ? '' : source.replace(/[^/]*$/, '');
  const path = new URL(name, `file:///${folder}`).pathname.slice(1);
  const hash = anchor === undefined ? '' : `#${anchor}`;
  if (pages.has(path)) return `${fileOf(path)}${hash}`;
  if (files.has(path)) return path.replace(/^docs\//, '');
  return address === '' ? undefined : `${address}/blob/HEAD/${path}${hash}`;
}
