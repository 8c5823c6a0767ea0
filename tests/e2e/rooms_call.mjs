// Two Chromium pages call each other with /signal and nothing else, by the client that docs/signaling.md shows. Reads one
// JSON object from the command line (client, tokens, port, userDataDir, seconds), prints what each page found.
import { exchange, launch, result, servePage } from './pages.mjs';

const options = JSON.parse(process.argv[2]);

// Runs in the page: what the client takes for given, and a connection that uses nothing but the relay and can be watched.
async function prepare({ token, password }) {
  const call = (window.call = { messages: [], candidateErrors: [] });
  window.TOKEN = token;
  window.camera = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  window.show = (_, stream) => {
    document.querySelector('video').srcObject = stream;
  };
  window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor({ iceServers }) {
      const changed = iceServers.map((server) => (password && server.username ? { ...server, credential: password } : server));
      super({ iceServers: changed, iceTransportPolicy: 'relay' });
      call.connection = this;
      call.channel = this.createDataChannel('data', { negotiated: true, id: 0 });
      call.channel.onmessage = (event) => call.messages.push(event.data);
      this.onicecandidateerror = (event) => call.candidateErrors.push(`${event.errorCode} ${event.errorText}`);
    }
  };
}

async function join(page, index) {
  await page.evaluate(prepare, { token: options.tokens[index], password: options.password });
  await page.addScriptTag({ content: options.client });
  await page.waitForFunction('iceServers', null, { timeout: 5000 });
}

async function main() {
  const page = await servePage(options.port);
  const browser = await launch(options);
  try {
    const pages = [await browser.newPage(), await browser.newPage()];
    for (const [index, each] of pages.entries()) {
      await each.goto(`http://localhost:${page.address().port}/`);
      await join(each, index);
    }
    for (const each of pages) await each.waitForFunction('window.call.connection', null, { timeout: 5000 });
    const wanted = { count: 50, milliseconds: options.seconds * 1000 };
    await Promise.all(pages.map((each, index) => each.evaluate(exchange, { name: `peer ${index}`, ...wanted })));
    console.log(JSON.stringify(await Promise.all(pages.map((each) => each.evaluate(result)))));
    await Promise.all(pages.map((each) => each.evaluate(() => window.call.connection.close())));
  } finally {
    await browser.close();
    page.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
