import GithubSlugger from 'github-slugger';

/**
 * How Eleventy makes the pages. `pages`: title and file of each, in order; `facts`: version and address; `link`: where a link
 * of a source goes, or undefined for nowhere.
 */
export function configure(config, {pages, facts, link}) {
  config.setUseGitIgnore(false);
  config.setIncludesDirectory('../layouts');
  config.addGlobalData('pages', pages);
  config.addGlobalData('facts', facts);
  config.setTemplateFormats(['md']);
  // Braces in the texts are not Liquid's.
  config.addGlobalData('templateEngineOverride', 'md');
  config.amendLibrary('md', (md) => {
    md.set({html: true, linkify: false});
    md.core.ruler.push('headings', ({tokens, env}) => nameHeadings(tokens, env));
    md.core.ruler.push('links', ({tokens, env}) => mendLinks(tokens, (target) => link(env.source, target)));
    md.renderer.rules.table_open = () => '<div class="wide" tabindex="0" role="region" aria-label="Table"><table>\n';
    md.renderer.rules.table_close = () => '</table></div>\n';
    md.renderer.rules.fence = (tokens, at) => codeOf(tokens[at], md.utils.escapeHtml);
  });
  config.addFilter('contents', (html) =>
    [...html.matchAll(/<h2 id="([^"]+)">(.*?)<a class="anchor"/g)].map(([, id, title]) => ({id, title})),
  );
}

/** The anchors that the pages have where the repository is shown, and a link to each. */
function nameHeadings(tokens) {
  const slugger = new GithubSlugger();
  tokens.forEach((token, at) => {
    if (token.type !== 'heading_open') return;
    const {children = []} = tokens[at + 1];
    const id = slugger.slug(children.map(({content}) => content).join(''));
    token.attrSet('id', id);
    if (token.tag !== 'h1')
      children.push(
        html(children, `<a class="anchor" data-pagefind-ignore href="#${id}" aria-label="Link to this part">#</a>`),
      );
  });
}

/** A new token of HTML, of the kind of those that are there. */
function html([{constructor: Token}], content) {
  return Object.assign(new Token('html_inline', '', 0), {content});
}

function mendLinks(tokens, target) {
  for (const token of tokens) {
    if (token.type === 'html_block' || token.type === 'html_inline') token.content = mendHtml(token.content, target);
    if (token.type === 'image') token.attrSet('src', target(token.attrGet('src')) ?? '');
    if (token.children) mendLinks(token.children, target);
    const links = token.type === 'link_open' ? [token] : [];
    for (const open of links) {
      const goal = target(open.attrGet('href'));
      if (goal === undefined) open.tag = closeOf(tokens, open).tag = 'span';
      if (goal === undefined) open.attrs = null;
      else open.attrSet('href', goal);
    }
  }
}

/** Links have no links in them. */
function closeOf(tokens, open) {
  return tokens.slice(tokens.indexOf(open)).find(({type}) => type === 'link_close');
}

/** The places of pictures; without comments. */
function mendHtml(text, target) {
  const mended = text.replaceAll(
    /\b(src|srcset|href)="([^"]+)"/g,
    (_, name, place) => `${name}="${target(place) ?? ''}"`,
  );
  return mended.replaceAll(/<!--[\s\S]*?-->/g, '');
}

/** A block of code; in a shell's the comments are dim. */
function codeOf({content, info}, escapeHtml) {
  const text = escapeHtml(content);
  const shown = info === 'sh' ? text.replaceAll(/(^|\s)(# .*)$/gm, '$1<span class="comment">$2</span>') : text;
  return `<pre tabindex="0"><code>${shown}</code></pre>\n`;
}
