// Pages of several origins try to reach the rooms from Chromium. Reads one JSON object from the command line ({signal,
// socketio, origins, ports, ...}; a page server listens on each of the ports), prints what each origin's page got.
import { fileURLToPath } from 'node:url';
import { launch, servePage } from './pages.mjs';

const options = JSON.parse(process.argv[2]);
const LIBRARY = fileURLToPath(new URL('node_modules/socket.io-client/dist/socket.io.min.js', import.meta.url));

// Runs in the page: the first message, or that there is none.
function bySignal(url) {
  return new Promise((resolve) => {
    const socket = new WebSocket(url);
    socket.onmessage = ({ data }) => resolve(JSON.parse(data).type);
    socket.onerror = () => resolve('refused');
  });
}

// Runs in the page: what joining a room by socket.io-client gives.
function bySocketIo({ url, transports }) {
  return new Promise((resolve) => {
    const socket = io(url, { transports, reconnection: false, timeout: 5000 });
    socket.on('connect_error', () => resolve('refused'));
    socket.on('connect', async () => resolve((await socket.emitWithAck('join-room', 'lobby')).roomId));
  });
}

async function main() {
  // Real servers: to a page that comes from nowhere Chromium refuses the local network itself.
  const servers = await Promise.all(options.ports.map(servePage));
  const browser = await launch(options);
  try {
    const found = {};
    for (const origin of options.origins) {
      const page = await browser.newPage();
      await page.goto(`${origin}/healthz`);
      await page.addScriptTag({ path: LIBRARY });
      found[origin] = [
        await page.evaluate(bySignal, options.signal),
        await page.evaluate(bySocketIo, { url: options.socketio, transports: ['polling'] }),
        await page.evaluate(bySocketIo, { url: options.socketio, transports: ['polling', 'websocket'] }),
      ];
    }
    console.log(JSON.stringify(found));
  } finally {
    await browser.close();
    for (const server of servers) server.close();
  }
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
