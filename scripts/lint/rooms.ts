import path from 'node:path';

/** Of docs/maintainers/architecture.md. Paths begin with `source/` or `demo/`, and those of rooms end with `/`. */
type Tables = {
  /** What a room, or a part of one, may import: the text of its row. */
  readonly rooms: ReadonlyMap<string, string>;
  /** The rooms and files that may import a package, or a module of Node. */
  readonly packages: ReadonlyMap<string, readonly string[]>;
};

const allBut = 'all but ';

/** The linter's rules of what each room may import, and each file that has a package for itself: JSON, a rule a line. */
export function roomRules(page: string): string {
  const tables = tablesIn(page);
  const rules = [...tables.rooms.keys()].flatMap((room) => {
    const hasParts = [...tables.rooms.keys()].some((each) => each !== room && each.startsWith(room));
    const files = [...tables.packages.values()].flat().filter((file) => path.posix.dirname(file) === room.slice(0, -1));
    const owners = [...new Set(files)].filter((file) => !tables.rooms.has(file));
    return [
      ruleOf(`${room}${hasParts ? '*' : '**'}`, room, tables),
      // It may be a `.tsx`.
      ...owners.map((file) => ruleOf(`${file}*`, room, tables, file)),
    ];
  });
  return `{\n  "overrides": [\n    ${rules.map((rule) => JSON.stringify(rule)).join(',\n    ')}\n  ]\n}\n`;
}

export function tablesIn(page: string): Tables {
  const rooms = new Map(
    [...page.matchAll(/^\| `((?:source|demo)\/[a-z/*-]*)` \|.*\| ([^|]+) \|$/gm)].map(([, room = '', may = '']) => [
      room,
      may,
    ]),
  );
  const packages = [...page.matchAll(/^\| ((?:`[a-z_:/-]+`(?:, )?)+) \| ([a-z/, -]+) \|$/gm)].flatMap(
    ([, names = '', places = '']) =>
      names
        .split(', ')
        .map((name) => [name.slice(1, -1), places.split(', ').map((place) => pathOf(place, rooms))] as const),
  );
  return {rooms, packages: new Map(packages)};
}

/** A room, a part of one, or a floor, whose rooms alone have rows; else a file. */
export function pathOf(place: string, rooms: Tables['rooms']): string {
  const isPlace = (path: string) => rooms.has(path) || isFloor(path, rooms);
  return [`source/${place}/`, `${place}/`].find(isPlace) ?? `source/${place}.ts`;
}

function isFloor(path: string, rooms: Tables['rooms']): boolean {
  return !rooms.has(path) && [...rooms.keys()].some((room) => room.startsWith(path));
}

function ruleOf(includes: string, room: string, tables: Tables, owner = room) {
  const {rooms, packages} = tables;
  const may = rooms.get(room) ?? '';
  const places = may
    .replace(allBut, '')
    .split(', ')
    .filter((place) => place !== 'nothing');
  const patterns = places.map((place) => {
    const to = pathOf(place, rooms);
    const pattern = path.posix.relative(room, to).replace(/^(?!\.)/, './');
    if (!isFloor(to, rooms)) return to.endsWith('/') ? `${pattern}/*` : pattern;
    // `../**` would be all floors.
    return pattern === '..' ? '../*/*' : `${pattern}/**`;
  });
  const isOwn = (name: string) => packages.get(name)?.some((place) => place === room || place === owner) === true;
  const names = [...packages.keys()];
  const group = may.startsWith(allBut)
    ? [...patterns.map((each) => `${each}*`), ...names.filter((name) => !isOwn(name))]
    : ['**', ...['./*', ...patterns, ...names.filter(isOwn)].map((each) => `!${each}`)];
  const message = `${room} may import: ${may} (docs/maintainers/architecture.md, also of packages)`;
  const noRestrictedImports = {level: 'error', options: {patterns: [{group, message}]}};
  return {includes: [includes], linter: {rules: {style: {noRestrictedImports}}}};
}
