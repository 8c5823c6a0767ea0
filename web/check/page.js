// What the page shows of a run. Text gets in as text only.
import { milliseconds } from './amounts.js';
import { TERMS, facts } from './facts.js';
import { STEPS } from './steps.js';
import { STEP_WORDS, stepOutcome } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const MARKS = { good: 'ok', warn: 'warning', bad: 'failed', running: 'running', stopped: 'skipped' };

const element = (id) => document.getElementById(id);

function made(name, text = '', className = '') {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function mark() {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', 'mark');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(SVG, 'use'));
  return svg;
}

const setMark = (parent, name) => parent.querySelector('.mark use').setAttribute('href', `#mark-${name}`);

/** All steps as not yet begun. */
export function showWaiting() {
  element('steps').replaceChildren(
    ...STEPS.map((name) => {
      const item = made('li');
      item.dataset.step = name;
      item.append(mark(), made('span', STEP_WORDS[name], 'label'), made('span', '', 'outcome'));
      return item;
    }),
  );
  for (const name of STEPS) showStep(name, { result: 'waiting' });
}

/**
 * @param {string} name
 * @param {{result: string, reason?: string}} step
 */
export function showStep(name, step) {
  const item = document.querySelector(`#steps [data-step="${name}"]`);
  item.dataset.result = step.result;
  item.querySelector('.outcome').textContent = stepOutcome(name, step);
  setMark(item, step.result);
}

/**
 * The sentence on top.
 * @param {string} kind good, warn, bad, running or stopped
 * @param {string} text
 * @param {string|null} fault its code, once the test is done
 */
export function showVerdict(kind, text, fault = null) {
  const outcome = element('outcome');
  outcome.hidden = false;
  outcome.dataset.kind = kind;
  setMark(outcome, MARKS[kind]);
  const verdict = element('verdict');
  verdict.textContent = text;
  if (fault) verdict.dataset.fault = fault;
  else delete verdict.dataset.fault;
}

/** @param {import('./advice.js').Advice} advice */
export function showAdvice({ visitor, operator }) {
  element('advice').hidden = visitor.length + operator.length === 0;
  element('advice-visitor').replaceChildren(...visitor.map((text) => made('p', text)));
  const details = element('advice-operator');
  details.hidden = operator.length === 0;
  details.open = false;
  details.querySelector('ul').replaceChildren(...operator.map((text) => made('li', text)));
}

/**
 * The table of the details.
 * @param {import('./verdict.js').Findings} findings
 * @param {boolean} addresses
 */
export function showFacts(findings, addresses) {
  element('details').hidden = false;
  const rows = Object.entries(findings.steps).map(([name, step]) => {
    const row = made('tr');
    row.dataset.result = step.result;
    const heading = made('th', TERMS[name]);
    heading.scope = 'row';
    const seen = made('td');
    seen.append(...facts(name, step, { addresses }).map((text) => made('p', text)));
    row.append(heading, made('td', step.result), made('td', step.took ? milliseconds(step.took) : ''), seen);
    return row;
  });
  element('facts')
    .querySelector('tbody')
    .replaceChildren(...rows);
}

/** Nothing of an earlier run. */
export function clearOutcome() {
  showAdvice({ visitor: [], operator: [] });
  element('details').hidden = true;
  element('report').textContent = '';
  element('copied').textContent = '';
}
