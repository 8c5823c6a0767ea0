// The order of the test: what waits for what, and what is skipped.
import { bestWorking } from './choose.js';
import { TURN_KINDS, sortByKind } from './kinds.js';
import { openingTime } from './loop.js';
import { compareClocks, probeServer, stillAnswers } from './probe_server.js';
import { probeCredentials } from './probe_credentials.js';
import { GOOD, gatheringTime, probeGather } from './probe_gather.js';
import { probeNat } from './probe_nat.js';
import { probeRelay } from './probe_relay.js';

/** All steps, in the order in which they are shown. */
export const STEPS = ['server', 'clock', 'credentials', 'stun-udp', ...TURN_KINDS, 'relay', 'nat'];

// A better way to the relay that has not answered by then is not waited for.
const PATIENCE = 2000;

const passed = ({ result }) => result === 'ok' || result === 'warning';

/** One run of the test. */
export class Run {
  #source;
  #signal;
  #onStep;
  #findings;
  #reachesClient;

  /**
   * @param {object} options
   * @param {import('./probe_credentials.js').Source} options.source
   * @param {string} options.host of the page, without a port
   * @param {AbortSignal} options.signal ends it: then `run` rejects
   * @param {(name: string, step: object) => void} options.onStep each change of a step's result
   */
  constructor({ source, host, signal, onStep }) {
    this.#source = source;
    this.#signal = signal;
    this.#onStep = onStep;
    const steps = Object.fromEntries(STEPS.map((name) => [name, { result: 'waiting' }]));
    this.#findings = {
      source: source.kind,
      host,
      startedAt: Date.now(),
      milliseconds: 0,
      settings: null,
      servers: null,
      steps,
      webrtc: typeof globalThis.RTCPeerConnection === 'function',
    };
  }

  #set(name, step) {
    this.#findings.steps[name] = step;
    this.#onStep(name, step);
    return step;
  }

  #skip(names, reason) {
    for (const name of names) this.#set(name, { result: 'skipped', reason });
  }

  async #step(name, probe) {
    this.#set(name, { result: 'running' });
    const began = performance.now();
    return this.#set(name, { ...(await probe()), took: performance.now() - began });
  }

  /** @returns {Promise<import('./verdict.js').Findings>} */
  async run() {
    const began = performance.now();
    const servers = await this.#ask();
    if (!this.#findings.webrtc) this.#skip(STEPS.slice(3), 'no-webrtc');
    else if (servers.length === 0) this.#skip(STEPS.slice(3), 'no-servers');
    else await this.#connect(sortByKind(servers));
    this.#findings.milliseconds = performance.now() - began;
    return this.#findings;
  }

  // Over HTTP: the server, its clock, and what it gives out.
  async #ask() {
    this.#set('clock', { result: 'running' });
    let seen = null;
    const server = await this.#step('server', async () => {
      seen = await probeServer(this.#signal);
      return seen.step;
    });
    this.#findings.settings = seen.settings;
    this.#set('clock', compareClocks(seen));
    if (!passed(server) && this.#source.kind !== 'own') {
      this.#skip(['credentials'], 'no-server');
      return [];
    }
    const now = seen.date === null ? Date.now() / 1000 : seen.date + (Date.now() / 1000 - seen.at);
    let servers = [];
    await this.#step('credentials', async () => {
      const given = await probeCredentials(this.#source, { signal: this.#signal, now, host: this.#findings.host });
      servers = given.servers;
      this.#reachesClient = given.reachesClient;
      return given.step;
    });
    return servers;
  }

  async #connect(kinds) {
    this.#findings.servers = kinds;
    const signal = this.#signal;
    const stun = this.#step('stun-udp', () => this.#stun(kinds));
    const milliseconds = gatheringTime(this.#findings.steps.server.milliseconds);
    const turn = TURN_KINDS.map((kind) =>
      this.#step(kind, () => probeGather(kinds[kind], { wanted: 'relay', milliseconds, signal })),
    );
    await Promise.all([stun, ...turn, this.#through(kinds, stun, turn)]);
    await this.#askAgain();
  }

  async #stun(kinds) {
    const milliseconds = gatheringTime(this.#findings.steps.server.milliseconds);
    const step = await probeGather(kinds['stun-udp'], { wanted: 'srflx', milliseconds, signal: this.#signal });
    // A TURN server that was not offered for STUN need not answer it.
    return kinds.derivedStun && !passed(step) ? { ...step, result: 'skipped', reason: 'not-offered' } : step;
  }

  // Where nothing is reached any more, the whole server may have gone since it was asked first.
  async #askAgain() {
    const { relay, nat, ...others } = this.#findings.steps;
    const tried = TURN_KINDS.map((kind) => others[kind]).filter(({ result }) => result !== 'skipped');
    const unreached = tried.length > 0 && tried.every(({ reason }) => reason === 'unreached');
    const cut = relay.result === 'failed' || nat.result === 'failed';
    if (this.#source.kind === 'own' || !(unreached || cut)) return;
    if (await stillAnswers(this.#signal)) return;
    this.#set('server', { ...this.#findings.steps.server, result: 'failed', reason: 'went-away' });
  }

  // What needs a relay that works, over the best way to it; that is known before the slower ways have been given up.
  async #through(kinds, stun, turn) {
    const kind = TURN_KINDS[await bestWorking(turn, PATIENCE)];
    if (!kind) {
      this.#skip(['relay', 'nat'], 'no-relay');
      return;
    }
    const { best, milliseconds } = this.#findings.steps[kind];
    const opening = openingTime(milliseconds);
    await Promise.all([
      this.#step('relay', () =>
        probeRelay(
          kinds[kind].find(({ url }) => url === best),
          kind,
          opening,
          this.#signal,
        ),
      ),
      stun.then(() => this.#outside(kinds, kind, opening)),
    ]);
  }

  #answering(kinds, kind) {
    const answered = (this.#findings.steps[kind].tries ?? [])
      .filter(({ verdict }) => GOOD.includes(verdict))
      .map(({ url }) => url);
    return kinds[kind].filter(({ url }) => answered.includes(url));
  }

  // From outside the relay to what it relays.
  #outside(kinds, kind, opening) {
    const stun = this.#answering(kinds, 'stun-udp');
    if (stun.length === 0) return this.#skip(['nat'], 'no-stun');
    if (this.#reachesClient === false) return this.#skip(['nat'], 'not-permitted');
    const turn = this.#answering(kinds, kind);
    const servers = { stun, turn, kind, permitted: this.#reachesClient === true, opening };
    return this.#step('nat', () => probeNat(servers, this.#signal));
  }
}
