// Search, dark and light, and the list of pages on a small screen. Without it the pages read as well.

const pages = document.querySelector('.pages');
if (matchMedia('(width < 50rem)').matches) pages.open = false;

const root = document.documentElement;
const button = document.querySelector('#theme');
const dark = matchMedia('(prefers-color-scheme: dark)');
const isDark = () => (root.dataset.theme ?? (dark.matches ? 'dark' : 'light')) === 'dark';

/** The button names the other theme, and pictures are those of the one that is shown. */
function showTheme() {
  button.textContent = isDark() ? 'Light' : 'Dark';
  for (const source of document.querySelectorAll('picture source')) source.media = isDark() ? 'all' : 'not all';
}

button.addEventListener('click', () => {
  root.dataset.theme = isDark() ? 'light' : 'dark';
  try {
    localStorage.setItem('theme', root.dataset.theme);
  } catch {
    // Not remembered, then.
  }
  showTheme();
});
dark.addEventListener('change', showTheme);
button.hidden = false;
showTheme();

const form = document.querySelector('.search');
const field = document.querySelector('#search');
const results = document.querySelector('#results');
form.hidden = false;
let pagefind;

/** Pagefind is loaded with the first use. */
async function search() {
  pagefind ??= import('./pagefind/pagefind.js');
  const {debouncedSearch} = await pagefind;
  const found = await debouncedSearch(field.value, {}, 100);
  // Another letter came meanwhile.
  if (found === null) return;
  const data = await Promise.all(found.results.slice(0, 8).map((result) => result.data()));
  const rows = data.flatMap(({meta, sub_results: parts}) =>
    parts
      .slice(0, 3)
      .map(({title, url, excerpt}) => row(title === meta.title ? title : `${meta.title} · ${title}`, url, excerpt)),
  );
  const isEmpty = field.value.trim() !== '' && rows.length === 0;
  results.replaceChildren(...(isEmpty ? [message('Nothing found')] : rows));
  results.hidden = field.value.trim() === '';
}

function message(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

/** `excerpt` is Pagefind's own: escaped text with <mark>. */
function row(title, url, excerpt) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  // Every page is in the folder of this one.
  link.href = url.replace(/^.*\/(?=[^/]*$)/, '');
  const name = document.createElement('strong');
  name.textContent = title.replace(/#$/, '');
  const text = document.createElement('span');
  text.innerHTML = excerpt;
  link.append(name, text);
  item.append(link);
  return item;
}

field.addEventListener('focus', () => {
  pagefind ??= import('./pagefind/pagefind.js');
});
field.addEventListener('input', search);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  results.querySelector('a')?.click();
});
form.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') {
    results.hidden = true;
    field.focus();
  }
  const step = {ArrowDown: 1, ArrowUp: -1}[event.key];
  if (step === undefined) return;
  event.preventDefault();
  const places = [field, ...results.querySelectorAll('a')];
  places[(places.indexOf(document.activeElement) + step + places.length) % places.length].focus();
});
document.addEventListener('click', (event) => {
  if (!form.contains(event.target)) results.hidden = true;
});
document.addEventListener('keydown', (event) => {
  const isTyping = /^(?:INPUT|TEXTAREA)$/.test(document.activeElement.tagName);
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
  event.preventDefault();
  field.focus();
});
