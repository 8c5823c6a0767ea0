// Pictures of every page of a demo that it starts: node screenshots.mjs BINARY FOLDER [OPTION...], see
// scripts/screenshots. Everything runs on loopback addresses of this machine, on free ports; cameras and screens are drawn by
// screenshot_scenes.mjs. A picture that cannot be made is reported, the others are made all the same.
import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';
import WebSocket from 'ws';
import { FLAGS } from './pages.mjs';
import { drawnDevices, madeUpHour } from './screenshot_scenes.mjs';

const [binary, folder, ...options] = process.argv.slice(2);
const CHROMIUM = '/usr/bin/chromium';
const SIZES = { wide: { width: 1280, height: 800 }, phone: { width: 360, height: 740 } };
const SCHEMES = ['light', 'dark'];
const PEOPLE = [
  { name: 'Amina', hue: 205, skin: 'hsl(24 45% 46%)', hair: 'hsl(20 30% 12%)' },
  { name: 'Jonas', hue: 28, skin: 'hsl(22 60% 74%)', hair: 'hsl(34 55% 42%)' },
  { name: 'Mei', hue: 145, skin: 'hsl(30 52% 70%)', hair: 'hsl(230 12% 14%)' },
];
const ROOM = 'weekly';
const WAIT = 30000;

const ends = [];
const failures = [];
let made = 0;

const pause = (milliseconds) => new Promise((resolve) => {
  setTimeout(resolve, milliseconds);
});

async function startDemo() {
  const child = spawn(binary, ['serve', '--listen', 'http://127.0.0.1:0', '--listen', 'udp://0.0.0.0:0', ...options],
    { stdio: ['ignore', 'pipe', 'pipe'] });
  ends.push(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (text += part));
  for (let i = 0; i < 100; ++i) {
    const port = /http:\/\/(?:localhost|127\.0\.0\.1):(\d+)/.exec(text)?.[1];
    const key = /Authorization: Bearer ([^']+)'/.exec(text)?.[1];
    if (port && key && /serving/.test(text)) return { base: `http://localhost:${port}`, key };
    await pause(100);
  }
  throw new Error(`the demo did not start:\n${text}`);
}

async function startBrowser() {
  const browser = await chromium.launch({ executablePath: CHROMIUM, chromiumSandbox: false, args: FLAGS, timeout: 60000 });
  ends.push(() => browser.close());
  return browser;
}

async function openPage(browser, base, person) {
  const context = await browser.newContext({ baseURL: base, viewport: SIZES.wide, permissions: ['camera', 'microphone'] });
  context.setDefaultTimeout(WAIT);
  if (person) await context.addInitScript(drawnDevices, person);
  const page = await context.newPage();
  page.on('pageerror', (error) => console.log(`# ${new URL(page.url()).pathname}: ${error.message}`));
  return page;
}

// `whole`: also the parts below the fold, where there are some.
async function shoot(page, name, { whole = false } = {}) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    for (const colorScheme of SCHEMES) {
      await page.emulateMedia({ colorScheme });
      await pause(600);
      const file = `${folder}/${name}-${size}-${colorScheme}`;
      await page.screenshot({ path: `${file}.png`, timeout: WAIT });
      ++made;
      const below = await page.evaluate(() => document.documentElement.scrollHeight > innerHeight);
      if (!whole || !below) continue;
      await page.screenshot({ path: `${file}-whole.png`, fullPage: true, timeout: WAIT });
      ++made;
    }
  }
  await page.setViewportSize(SIZES.wide);
}

async function attempt(what, make) {
  try {
    await make();
    console.log(`ok ${what}`);
  } catch (error) {
    failures.push(what);
    console.log(`not ok ${what}\n${String(error.message).split('\n').slice(0, 12).join('\n')}`);
  }
}

async function enter(page, person) {
  await page.fill('#name', person.name);
  await page.check('#relay-only');
  await page.click('#enter');
  await page.waitForSelector('#call:not([hidden])');
}

async function say(page, text) {
  if (!(await page.isVisible('#chat-text'))) await page.click('#show-chat');
  await page.fill('#chat-text', text);
  await page.press('#chat-text', 'Enter');
}

const shownPeople = (count) => {
  const tiles = [...document.querySelectorAll('#stage .tile[data-state="connected"]:not([data-own]) video')];
  return tiles.filter((video) => video.videoWidth > 0 && !video.paused).length >= count;
};

async function call(pages) {
  const [viewer, other, third] = pages;
  await attempt('join screen', async () => {
    await viewer.goto(`/r/${ROOM}`);
    await viewer.fill('#name', PEOPLE[0].name);
    await viewer.waitForFunction(() => document.querySelector('#preview').videoWidth > 0);
    await shoot(viewer, 'join', { whole: true });
  });
  await attempt('call of three', async () => {
    await enter(viewer, PEOPLE[0]);
    for (const page of [other, third]) {
      await page.goto(`/r/${ROOM}`);
      await enter(page, PEOPLE[pages.indexOf(page)]);
    }
    await viewer.waitForFunction(shownPeople, 2);
    await pause(5000);
    await shoot(viewer, 'call');
  });
  await attempt('chat', async () => {
    await viewer.click('#show-chat');
    await say(other, 'Morning! Can everybody see me?');
    await say(third, 'Yes, all good here.');
    await say(viewer, 'Loud and clear. I put the plan here in a minute.');
    await viewer.waitForFunction(() => document.querySelectorAll('#chat-log li').length >= 3);
    await viewer.setInputFiles('#file', { name: 'plan.txt', mimeType: 'text/plain', buffer: Buffer.alloc(90000, 'plan ') });
    await other.click('#files .accept');
    await other.waitForSelector('#files [data-state="done"]');
    await pause(1000);
    await shoot(viewer, 'chat');
    await viewer.click('#show-chat');
  });
  await attempt('numbers of a peer', async () => {
    await viewer.locator('#stage .tile:not([data-own]) .badge').first().click();
    await viewer.waitForSelector('#details[open]');
    await pause(3000);
    await shoot(viewer, 'details');
    await viewer.click('#details .close');
  });
  await attempt('screen sharing', async () => {
    await other.click('#share');
    await viewer.waitForFunction(() => document.querySelector('#stage .tile[data-screen] video')?.videoWidth > 0);
    await pause(1500);
    await shoot(viewer, 'screen');
  });
  // The sessions live on for the admin page; fewer moving pictures leave the machine time to draw it.
  await attempt('less to do', async () => {
    await other.click('#share');
    for (const page of [other, third]) await page.click('#camera-off');
  });
}

async function check(page) {
  await attempt('connection test', async () => {
    await page.goto('/check');
    await page.waitForSelector('#start');
    await shoot(page, 'check-before', { whole: true });
    await page.click('#start');
    await page.waitForSelector('#verdict[data-fault]', { timeout: 90000 });
    await shoot(page, 'check-after', { whole: true });
  });
}

// Members without a browser: rooms for the admin page to list.
function join(base, roomId, userId) {
  const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/signal`);
  ends.push(() => socket.terminate());
  socket.on('error', () => {});
  socket.on('open', () => socket.send(JSON.stringify({ type: 'join-room', roomId, userId, name: userId })));
}

async function admin(page, { base, key }) {
  await attempt('admin', async () => {
    await page.goto('/admin');
    await shoot(page, 'admin-key');
    for (const [room, ...users] of [['support', 'Ida', 'Tom', 'Noor'], ['design', 'Lena', 'Sam']]) {
      for (const user of users) join(base, room, user);
    }
    // The hour before is made up: a real one would take an hour.
    const headers = { Authorization: `Bearer ${key}` };
    await page.route('**/api/v1/history', async (route) => {
      const answer = await fetch(`${base}/api/v1/status`, { headers });
      await route.fulfill({ json: madeUpHour(await answer.json()) });
    });
    await page.fill('#key', key);
    await page.click('#sign-in');
    await page.waitForSelector('#sessions tbody tr');
    await pause(11000);
    await shoot(page, 'admin', { whole: true });
  });
}

async function main() {
  await mkdir(folder, { recursive: true });
  const demo = await startDemo();
  const browser = await startBrowser();
  const pages = [];
  for (const person of PEOPLE) pages.push(await openPage(browser, demo.base, person));
  const plain = await openPage(browser, demo.base);
  await attempt('front page', async () => {
    await plain.goto('/');
    await shoot(plain, 'index', { whole: true });
  });
  await call(pages);
  await admin(plain, demo);
  for (const page of pages) await page.close();
  await check(plain);
}

async function finish(code) {
  for (const end of ends.reverse()) await end();
  process.exit(code);
}

process.once('SIGTERM', () => finish(1));
process.once('SIGINT', () => finish(1));
try {
  await main();
} catch (error) {
  failures.push('start');
  console.log(error.message);
}
console.log(`${made} pictures in ${folder}${failures.length > 0 ? `; not made: ${failures.join(', ')}` : ''}`);
await finish(failures.length > 0 ? 1 : 0);
