// `npm run site`: dist/site/, a site of the readme, docs/ and the other pages of the repository, for any folder of any static
// host. Eleventy makes the pages, Pagefind the search; both are in site/package.json, and are installed at the first call.
import {execFileSync} from 'node:child_process';
import {cp, mkdir, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import manifest from '../../package.json' with {type: 'json'};
import {root} from '../stamp.mjs';
import {brokenLinks} from './links.ts';
import {inOrder, linkIn, pageOf} from './pages.ts';

const site = `${root}/site`;
const out = `${root}/dist/site`;
// Below site/, where Eleventy finds its packages.
const staged = `${site}/.pages`;

await install();
await rm(out, {recursive: true, force: true});
await rm(staged, {recursive: true, force: true});
await mkdir(staged, {recursive: true});
await mkdir(out, {recursive: true});
try {
  const names = (await readdir(`${root}/docs`, {recursive: true, withFileTypes: true}))
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)));
  const top = ['readme.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'CODE_OF_CONDUCT.md', 'SECURITY.md', 'SUPPORT.md'];
  const sources = [...top, ...names.filter((name) => /^docs\/[^/]+\.md$/.test(name))];
  const texts = sources.map(async (source) => pageOf(source, await readFile(`${root}/${source}`, 'utf8')));
  const pages = inOrder(await Promise.all(texts), await readFile(`${root}/readme.md`, 'utf8'));
  const files = names.filter((name) => !sources.includes(name));
  for (const name of files) await cp(`${root}/${name}`, `${out}/${name.replace(/^docs\//, '')}`);
  for (const {text, ...page} of pages) {
    const facts = {...page, layout: 'page.liquid', permalink: page.file};
    await writeFile(`${staged}/${page.file.replace(/html$/, 'md')}`, `---json\n${JSON.stringify(facts)}\n---\n${text}`);
  }
  for (const name of ['style.css', 'site.js']) await cp(`${site}/${name}`, `${out}/${name}`);
  const {address, version} = manifest;
  const repository = {files: new Set(files), pages: new Set(sources), address};
  await makePages({
    pages: pages.map(({title, file}) => ({title, file})),
    facts: {address, version},
    link: (source, target) => linkIn(source, target, repository),
  });
  await makeSearch();
} finally {
  await rm(staged, {recursive: true, force: true});
}
const broken = await brokenLinks(out);
for (const line of broken) console.error(`site: ${line}`);
if (broken.length > 0) process.exit(1);
console.log(`dist/site/index.html · ${(await readdir(out)).filter((name) => name.endsWith('.html')).length} pages`);

/** The packages of site/package-lock.json, unless they are there. */
async function install() {
  const wanted = await readFile(`${site}/package-lock.json`, 'utf8');
  const mark = `${site}/node_modules/.installed`;
  if ((await readFile(mark, 'utf8').catch(() => '')) === wanted) return;
  execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--silent'], {cwd: site, stdio: ['ignore', 2, 2]});
  await writeFile(mark, wanted);
}

async function makePages({pages, facts, link}) {
  const {default: Eleventy} = await import('../../site/node_modules/@11ty/eleventy/src/Eleventy.js');
  const {configure} = await import('../../site/eleventy.config.mjs');
  process.chdir(site);
  const eleventy = new Eleventy('.pages', out, {
    quietMode: true,
    config: (config) => configure(config, {pages, facts, link}),
  });
  await eleventy.write();
}

async function makeSearch() {
  const {createIndex, close} = await import('../../site/node_modules/pagefind/lib/index.js');
  const {index} = await createIndex({});
  await index.addDirectory({path: out});
  await index.writeFiles({outputPath: `${out}/pagefind`});
  await close();
  // Its own elements of a page; the search here is a field and a list (site.js).
  for (const name of await readdir(`${out}/pagefind`)) {
    if (/^pagefind-(?:ui|modular-ui|component-ui|highlight)\./.test(name)) await rm(`${out}/pagefind/${name}`);
  }
}
