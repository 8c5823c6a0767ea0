// Starts the test, shows what it finds, and offers it as text.
import { copyText } from '../copy.js';
import { advice } from './advice.js';
import { Cancelled } from './bounded.js';
import { PasteError, parseOwnServers } from './own_servers.js';
import { clearOutcome, showAdvice, showFacts, showStep, showVerdict, showWaiting } from './page.js';
import { reportText } from './report.js';
import { Run } from './steps.js';
import { judge, withRefusal } from './verdict.js';
import { sentence } from './words.js';

const element = (id) => document.getElementById(id);
const fragment = () => new URLSearchParams(location.hash.slice(1));

let running = null;
let latest = null;

function ownSource() {
  const token = fragment().get('token');
  return token ? { kind: 'token', token } : { kind: 'server' };
}

function showReport() {
  if (!latest) return;
  const addresses = element('with-addresses').checked;
  showFacts(latest, addresses);
  element('report').textContent = reportText(latest, { userAgent: navigator.userAgent, addresses });
}

function showFindings(findings) {
  latest = withRefusal(findings);
  showStep('credentials', latest.steps.credentials);
  const verdict = judge(latest);
  showAdvice(advice(verdict, latest, { addresses: true }));
  showReport();
  showVerdict(verdict.kind, sentence(verdict, latest), verdict.fault);
}

function setButtons(busy, source) {
  if (!busy && document.activeElement === element('stop')) element('start').focus();
  element('stop').hidden = !busy;
  const again = source.kind === 'own' ? 'Test this server' : 'Test again';
  element('start').textContent = busy ? 'Start over' : again;
}

async function start(source) {
  running?.abort();
  const controller = new AbortController();
  running = controller;
  latest = null;
  setButtons(true, source);
  clearOutcome();
  showWaiting();
  showVerdict('running', source.kind === 'own' ? 'Testing the servers that you pasted …' : 'Testing …');
  const current = () => running === controller;
  const onStep = (name, step) => current() && showStep(name, step);
  try {
    const findings = await new Run({ source, host: location.hostname, signal: controller.signal, onStep }).run();
    if (current()) showFindings(findings);
  } catch (error) {
    if (!current()) return;
    showWaiting();
    if (error instanceof Cancelled) showVerdict('stopped', 'The test was stopped.');
    else showVerdict('bad', `The test could not be run in this browser: ${error.message}`, 'other');
  }
  if (!current()) return;
  running = null;
  setButtons(false, source);
}

function startIfWanted() {
  if (fragment().has('run')) start(ownSource());
}

function stop() {
  running?.abort();
}

function useOwn() {
  const trouble = element('own-trouble');
  trouble.hidden = true;
  try {
    const servers = parseOwnServers(element('ice-servers').value);
    start({ kind: 'own', servers });
    element('outcome').scrollIntoView({ block: 'center' });
  } catch (error) {
    if (!(error instanceof PasteError)) throw error;
    trouble.textContent = error.message;
    trouble.hidden = false;
    element('ice-servers').focus();
  }
}

async function copyReport() {
  const report = element('report');
  const copied = await copyText(report.textContent, report);
  element('copied').textContent = copied ? 'Copied.' : 'It is selected: copy it with your browser’s menu.';
}

element('start').addEventListener('click', () => start(ownSource()));
element('stop').addEventListener('click', stop);
element('use-own').addEventListener('click', useOwn);
element('with-addresses').addEventListener('change', showReport);
element('copy-report').addEventListener('click', copyReport);
addEventListener('pagehide', () => running?.abort());
addEventListener('hashchange', startIfWanted);
showWaiting();
startIfWanted();
