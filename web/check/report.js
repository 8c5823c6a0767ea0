// The result as text to copy. Pure. Without the visitor's leave there is no IP address in it, and never a password.
import { milliseconds } from './amounts.js';
import { facts, shownHost, shownUrl } from './facts.js';
import { judge } from './verdict.js';
import { sentence } from './words.js';
import { advice } from './advice.js';

const SOURCES = {
  server: 'the ICE servers that this server gives out for tests',
  token: 'the ICE servers for a room token',
  own: 'ICE servers that were pasted',
};

function stepLines(name, step, addresses) {
  const took = step.took ? milliseconds(step.took) : '';
  const head = `${name.padEnd(12)}${step.result.padEnd(9)}${took.padStart(8)}`;
  const lines = facts(name, step, { addresses });
  return [
    lines.length > 0 ? `${head}  ${lines[0]}` : head.trimEnd(),
    ...lines.slice(1).map((line) => ' '.repeat(31) + line),
  ];
}

/**
 * @param {import('./verdict.js').Findings} findings
 * @param {{userAgent: string, addresses: boolean}} options
 * @returns {string}
 */
export function reportText(findings, { userAgent, addresses }) {
  const verdict = judge(findings);
  const also = verdict.faults.slice(1);
  const { settings } = findings;
  const ignored = findings.servers?.ignored ?? [];
  const { operator } = advice(verdict, findings, { addresses });
  return [
    'turnpike connection test',
    '',
    `Time      ${new Date(findings.startedAt).toISOString()}, took ${milliseconds(findings.milliseconds)}`,
    `Server    ${shownHost(findings.host.replace(/^\[|\]$/g, ''), addresses)}, turnpike ` +
      `${settings?.version ?? '(version unknown)'}`,
    `Tested    ${SOURCES[findings.source]}`,
    `Browser   ${userAgent}`,
    `Verdict   ${verdict.fault}: ${sentence(verdict, findings)}`,
    ...(also.length > 0 ? [`Also      ${also.join(', ')}`] : []),
    '',
    ...Object.entries(findings.steps).flatMap(([name, step]) => stepLines(name, step, addresses)),
    ...(ignored.length > 0 ? ['', `Not tested: ${ignored.map((url) => shownUrl(url, addresses)).join(', ')}`] : []),
    ...(operator.length > 0 ? ['', 'To do', ...operator.map((line) => `- ${line}`)] : []),
    '',
  ].join('\n');
}
