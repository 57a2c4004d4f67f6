/**
 * The project's address, `address` in package.json, is empty until its owner sets it. `npm run docs` then fills in all that
 * follows from it; while it is empty, that is absent.
 */

/** What package.json says of it. */
function linksOf(address: string): Readonly<Record<string, unknown>> {
  if (address === '') return {};
  return {
    homepage: `${address}#readme`,
    bugs: {url: `${address}/issues`},
    repository: {type: 'git', url: `git+${address}.git`},
  };
}

/** The text of the readme with pictures that show on the registry's page, too. */
export function withPictures(readme: string, address: string): string {
  const base = address === '' ? '' : `${address}/raw/HEAD/`;
  return readme.replace(/(?<=\bsrc=")(?:https?:[^"]*?\/raw\/HEAD\/)?(?=docs\/)/g, base);
}

/** The text of package.json with the links of its address, in the place of the keys that it had. */
export function linked(manifest: string): string {
  const {homepage: _, bugs: __, repository: ___, ...rest} = JSON.parse(manifest);
  const entries = Object.entries(rest).flatMap(([key, value]) =>
    key === 'address' ? [[key, value], ...Object.entries(linksOf(String(value)))] : [[key, value]],
  );
  return `${JSON.stringify(Object.fromEntries(entries), undefined, 2)}\n`;
}
