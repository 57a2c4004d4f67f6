import {readdirSync, readFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {root} from '../../harness/program.ts';

test('only the shells, their tests and the harness name the controller; all others have a `Screen`', () => {
  const files = ['source', 'test', 'bench'].flatMap((folder) =>
    readdirSync(path.join(root, folder), {recursive: true, encoding: 'utf8'}).map((file) => `${folder}/${file}`),
  );
  const naming = files.filter(
    (file) =>
      /\.tsx?$/.test(file) &&
      !/^(?:source|test)\/shells\//.test(file) &&
      /^import .*\/controller\.ts'/m.test(readFileSync(path.join(root, file), 'utf8')),
  );
  expect(naming).toEqual(['test/kit/screen/screen-under-test.ts']);
});
