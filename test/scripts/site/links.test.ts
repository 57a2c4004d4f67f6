import {mkdir, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {expect, test} from 'vitest';
import {brokenLinks} from '../../../scripts/site/links.ts';
import {temporaryDirectory} from '../../harness/temporary-directory.ts';

test('what leads nowhere, out of the folder, or to another host is named; what is there is not', async () => {
  await using place = await temporaryDirectory();
  const put = async (name: string, text: string) => {
    await mkdir(path.dirname(path.join(place.path, name)), {recursive: true});
    await writeFile(path.join(place.path, name), text);
  };
  await put('style.css', '');
  await put('pictures/a.svg', '');
  await put('b.html', '<h2 id="größe-x">B</h2>');
  await put(
    'a.html',
    [
      '<link rel="stylesheet" href="style.css"><link rel="icon" href="data:,">',
      '<a href="b.html#gr%C3%B6%C3%9Fe-x">there</a> <a href="#here">there</a> <h2 id="here"></h2>',
      '<a href="https://www.feldera.com">there, perhaps</a> <img alt="" src="pictures/a.svg">',
      '<a href="c.html">1</a> <a href="b.html#here">2</a> <a href="#there">3</a> <img src="pictures/b.svg">',
      '<a href="/b.html">5</a> <script type="module" src="https://cdn.example.com/x.js"></script> <img src="">',
    ].join('\n'),
  );
  expect(await brokenLinks(place.path)).toEqual([
    'a.html: links to c.html, which is not there',
    'a.html: links to b.html#here, where no part has that name',
    'a.html: links to #there, where no part has that name',
    'a.html: links to pictures/b.svg, which is not there',
    "a.html: links to '/b.html'",
    'a.html: loads https://cdn.example.com/x.js from elsewhere',
    "a.html: links to ''",
  ]);
});
