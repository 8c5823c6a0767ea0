// Elements without markup in strings.

/**
 * @param {string} id
 * @returns {any} the element with that id
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * @param {string} tag
 * @param {Record<string, string>} [attributes]
 * @param {...(Node | string)} children texts stay texts
 * @returns {HTMLElement}
 */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/**
 * Leaves the text alone when it is the same, so that what somebody selects in it stays selected.
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * @param {Element} target
 * @param {string} title
 */
export function setTitle(target, title) {
  if (target.getAttribute('title') !== title) target.setAttribute('title', title);
}

/**
 * A notice appears with words and goes with null.
 * @param {HTMLElement} target
 * @param {string | null} words
 * @param {{kind?: string, lines?: string[]}} [more]
 */
export function setNotice(target, words, { kind, lines = [] } = {}) {
  const text = words === null ? '' : [words, ...lines].join('\n');
  if (kind) target.dataset.kind = kind;
  if (target.dataset.words !== text) {
    target.dataset.words = text;
    const list = element('ul', { class: 'mono' }, ...lines.map((line) => element('li', {}, line)));
    target.replaceChildren(words ?? '', ...(lines.length > 0 ? [list] : []));
  }
  target.hidden = words === null;
}
