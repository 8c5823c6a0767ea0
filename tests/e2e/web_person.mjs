// One person at one Chromium, told what to do by one JSON object a line ({do, tab, ...}) on standard input; answers
// each with one line ({ok} or {error}). Reads its options from the command line: {userDataDir, executable, flags,
// without, permissions, allowed (hosts), password, pagePort}.
import readline from 'node:readline';
import { launch, servePage } from './pages.mjs';
import * as looks from './web_looks.mjs';

const options = JSON.parse(process.argv[2]);
const PATIENCE = 25000;
const tabs = new Map();
const trouble = [];

function watch(context) {
  context.on('dialog', (dialog) => dialog.accept());
  context.on('console', (message) => trouble.push(`console ${message.type()}: ${message.text()}`));
  context.on('weberror', (error) => trouble.push(`page error: ${error.error()?.stack ?? error.error()}`));
  context.on('requestfailed', (request) => {
    trouble.push(`failed request: ${request.method()} ${request.url()} ${request.failure()?.errorText}`);
  });
  context.on('response', (response) => {
    if (response.status() >= 400) trouble.push(`status ${response.status()}: ${response.url()}`);
  });
  context.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (!['data:', 'blob:'].includes(protocol) && !options.allowed.includes(host)) {
      trouble.push(`foreign request: ${request.url()}`);
    }
  });
}

// Runs in each page before it does: connections can be asked by themselves, whatever the page says of them.
function instrument({ password }) {
  const connections = (globalThis.watchedConnections = []);
  const changed = (config) => ({
    ...config,
    iceServers: config.iceServers?.map((server) => (server.username ? { ...server, credential: password } : server)),
  });
  globalThis.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, [config, ...rest], newTarget) {
      const made = Reflect.construct(target, [password && config ? changed(config) : config, ...rest], newTarget);
      connections.push(made);
      return made;
    },
  });
  const { setConfiguration } = RTCPeerConnection.prototype;
  if (password) RTCPeerConnection.prototype.setConfiguration = function set(config) {
    return setConfiguration.call(this, changed(config));
  };
}

// Runs in a page before it does: a camera that another program has.
function occupyCamera() {
  navigator.mediaDevices.getUserMedia = async () => {
    throw new DOMException('Could not start video source', 'NotReadableError');
  };
}

async function tab(context, name) {
  if (!tabs.has(name)) tabs.set(name, await context.newPage());
  return tabs.get(name);
}

async function save(page, { selector, path }) {
  const [download] = await Promise.all([
    page.waitForEvent('download', { timeout: PATIENCE }), page.click(selector, { timeout: PATIENCE }),
  ]);
  await download.saveAs(path);
  return download.suggestedFilename();
}

// A drop of files, which nothing but a person at a desktop can make: as the page sees it.
async function drop(page, { selector, files }) {
  const transfer = await page.evaluateHandle((made) => {
    const data = new DataTransfer();
    for (const { name, text } of made) data.items.add(new File([text], name, { type: 'text/plain' }));
    return data;
  }, files);
  for (const event of ['dragenter', 'dragover', 'drop']) {
    await page.dispatchEvent(selector, event, { dataTransfer: transfer, bubbles: true, cancelable: true });
  }
}

async function open(page, { url, occupied }) {
  if (occupied) await page.addInitScript(occupyCamera);
  return (await page.goto(url, { waitUntil: 'load', timeout: 2 * PATIENCE }))?.status();
}

const commands = {
  open,
  reload: (page) => page.reload({ waitUntil: 'load', timeout: 2 * PATIENCE }).then((answer) => answer?.status()),
  look: (page, { name, argument }) => page.evaluate(looks[name], argument),
  click: (page, { selector }) => page.click(selector, { timeout: PATIENCE }),
  fill: (page, { selector, text }) => page.fill(selector, text, { timeout: PATIENCE }),
  press: (page, { selector, key }) => page.press(selector, key, { timeout: PATIENCE }),
  check: (page, { selector, on }) => page.setChecked(selector, on, { timeout: PATIENCE }),
  select: (page, { selector, value }) => page.selectOption(selector, value, { timeout: PATIENCE }),
  give: (page, { selector, paths }) => page.setInputFiles(selector, paths, { timeout: PATIENCE }),
  drop,
  save,
  address: (page) => page.url(),
  script: (page, { text }) => page.addScriptTag({ content: text }).then(() => null),
  screenshot: (page, { path }) => page.screenshot({ path }),
};

async function obey(context, command) {
  if (command.do === 'trouble') return trouble.splice(0);
  if (command.do === 'close') {
    await tabs.get(command.tab)?.close();
    tabs.delete(command.tab);
    return null;
  }
  return commands[command.do](await tab(context, command.tab), command);
}

async function main() {
  const context = await launch(options);
  watch(context);
  const page = options.pagePort ? await servePage(options.pagePort) : null; // of another origin than the server's
  if (options.permissions) await context.grantPermissions(options.permissions);
  await context.addInitScript(instrument, { password: options.password });
  const answer = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
  answer({ ok: 'ready' });
  try {
    for await (const line of readline.createInterface({ input: process.stdin })) {
      try {
        answer({ ok: (await obey(context, JSON.parse(line))) ?? null });
      } catch (error) {
        answer({ error: String(error?.message ?? error) });
      }
    }
  } finally {
    await context.close();
    page?.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
