// Two Chromium peers call each other through a TURN server and nothing else. Reads one JSON object from the command line
// (iceServers or fetch, userDataDir, seconds, flags), prints one JSON object: what getStats() and the data channel say.
//
// Signaling is this program: it carries each description, with all its candidates, from one page to the other.
import { exchange, launch, result, servePage } from './pages.mjs';

const options = JSON.parse(process.argv[2]);

// Runs in the page.
async function fetchIceServers({ url, key }) {
  try {
    const answer = await fetch(url, { headers: { authorization: `Bearer ${key}` } });
    return answer.ok ? (await answer.json()).iceServers : `status ${answer.status}`;
  } catch (error) {
    return error.name;
  }
}

// Runs in the page.
async function prepare({ iceServers, offers }) {
  const connection = new RTCPeerConnection({ iceServers, iceTransportPolicy: 'relay' });
  const call = (window.call = { connection, messages: [], candidateErrors: [] });
  connection.onicecandidateerror = (event) => call.candidateErrors.push(`${event.errorCode} ${event.errorText}`);
  const take = (channel) => {
    call.channel = channel;
    channel.onmessage = (event) => call.messages.push(event.data);
  };
  connection.ondatachannel = (event) => take(event.channel);
  connection.ontrack = (event) => {
    document.querySelector('video').srcObject = event.streams[0];
  };
  const stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640, height: 480 } });
  for (const track of stream.getTracks()) connection.addTrack(track, stream);
  if (offers) take(connection.createDataChannel('data'));
}

// Runs in the page: makes a description and gives it with all candidates.
async function describe({ remote }) {
  const { connection } = window.call;
  if (remote) await connection.setRemoteDescription(remote);
  await connection.setLocalDescription();
  const gathered = () => connection.iceGatheringState === 'complete';
  if (!gathered()) {
    await new Promise((resolve) => {
      connection.onicegatheringstatechange = () => gathered() && resolve();
    });
  }
  return connection.localDescription.toJSON();
}

// Runs in the page.
async function accept({ remote }) {
  await window.call.connection.setRemoteDescription(remote);
}

async function fetchElsewhere(browser) {
  const elsewhere = await browser.newPage();
  await elsewhere.goto(options.fetch.other);
  return elsewhere.evaluate(fetchIceServers, options.fetch);
}

async function main() {
  const page = await servePage(options.port);
  const browser = await launch(options);
  try {
    const pages = [await browser.newPage(), await browser.newPage()];
    for (const [index, each] of pages.entries()) {
      await each.goto(`http://localhost:${page.address().port}/`);
      const iceServers = options.fetch ? await each.evaluate(fetchIceServers, options.fetch) : options.iceServers;
      if (typeof iceServers === 'string') throw new Error(`fetching the ICE servers gave ${iceServers}`);
      await each.evaluate(prepare, { iceServers, offers: index === 0 });
    }
    const offer = await pages[0].evaluate(describe, {});
    const answer = await pages[1].evaluate(describe, { remote: offer });
    await pages[0].evaluate(accept, { remote: answer });
    const wanted = { count: 50, milliseconds: options.seconds * 1000 };
    await Promise.all(pages.map((each, index) => each.evaluate(exchange, { name: `peer ${index}`, ...wanted })));
    const results = await Promise.all(pages.map((each) => each.evaluate(result)));
    const otherOrigin = options.fetch ? await fetchElsewhere(browser) : null;
    console.log(JSON.stringify(results.map((each) => ({ ...each, otherOrigin }))));
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
