// The notice that says what is wrong and what to do about it. There is one, and it goes where one looks.
import { byId, icon, make } from './dom.js';

/**
 * @typedef {{label: string, href?: string, onclick?: () => void, id?: string}} Action
 */
export class Trouble {
  #element = byId('trouble');

  /** @returns {string|null} the problem that is shown */
  get problem() {
    return this.#element.hidden ? null : this.#element.dataset.problem;
  }

  /** @param {HTMLElement} section whose slot it appears in from now on */
  moveTo(section) {
    section.querySelector('[data-trouble-slot]').append(this.#element);
  }

  /**
   * @param {string} problem
   * @param {import('./problems.js').ProblemWords} words
   * @param {Action[]} [actions]
   */
  show(problem, { title, advice, kind }, actions = []) {
    Object.assign(this.#element.dataset, { problem, kind });
    const row = make('div', { className: 'row' }, ...actions.map(({ label, href, onclick, id = '' }) => (href
      ? make('a', { href, id, className: 'button', textContent: label })
      : make('button', { type: 'button', id, onclick, textContent: label }))));
    const close = make('button', { type: 'button', className: 'plain dismiss' }, icon('close'));
    close.addEventListener('click', () => this.clear());
    close.setAttribute('aria-label', 'Close this notice');
    this.#element.replaceChildren(make('p', { className: 'trouble-title' }, title), make('p', {}, advice));
    if (actions.length > 0) this.#element.append(row);
    this.#element.append(close);
    this.#element.hidden = false;
  }

  /** @param {string[]} [problems] only these; without: whatever is shown */
  clear(problems) {
    if (problems && !problems.includes(this.problem)) return;
    this.#element.hidden = true;
    delete this.#element.dataset.problem;
    this.#element.replaceChildren();
  }
}
