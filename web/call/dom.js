// The few things that all parts of the page do with its elements.

const SVG = 'http://www.w3.org/2000/svg';

/**
 * @param {string} id
 * @returns {HTMLElement}
 */
export function byId(id) {
  return document.getElementById(id);
}

/**
 * An element with what is in it. Texts become text, never markup.
 * @param {string} tag
 * @param {Object<string, *>} [properties] of the element; `data` holds its data attributes
 * @param {...(Node|string)} children
 * @returns {HTMLElement}
 */
export function make(tag, { data = {}, ...properties } = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  Object.assign(element.dataset, data);
  element.append(...children);
  return element;
}

/**
 * One of the icons that call.html defines.
 * @param {string} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'icon');
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${name}`);
  svg.append(use);
  return svg;
}

/**
 * @param {HTMLElement} element
 * @param {string} name of a data attribute without a value
 * @param {boolean} on
 */
export function flag(element, name, on) {
  if (on) element.dataset[name] = '';
  else delete element.dataset[name];
}
